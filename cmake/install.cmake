# What `cmake --install` lays down: both libraries, the headers, the command, the
# manual pages, and what CMake and pkg-config need to find them.
#
# Everything is relative to the prefix, so an installed tree can be moved, unless
# a CMAKE_INSTALL_<DIR> is absolute: then that path is used as it is.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(futex2_cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/futex2)

install(TARGETS futex2 futex2_static
  EXPORT futex2Targets
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})

if(FUTEX2_BUILD_TOOLS)
  install(TARGETS futex2_run LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
endif()

install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/futex2
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp")

foreach(section 1 3 7)
  file(GLOB pages CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/docs/man/*.${section})
  if(pages)
    install(FILES ${pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
  endif()
endforeach()

# Calls that share a page.
foreach(call futex2_wakev futex2_store_wake)
  set(link ${PROJECT_BINARY_DIR}/man/${call}.3)
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/man)
  file(CREATE_LINK futex2_wake.3 ${link} SYMBOLIC)
  install(FILES ${link} DESTINATION ${CMAKE_INSTALL_MANDIR}/man3)
endforeach()

# The command's target comes to exist after this file was read.
function(futex2_install_command)
  if(TARGET futex2_command)
    install(TARGETS futex2_command RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  endif()
endfunction()
cmake_language(DEFER DIRECTORY ${PROJECT_SOURCE_DIR} CALL futex2_install_command)

# find_package(futex2). Before 1.0 a minor version may break its users.
if(PROJECT_VERSION_MAJOR EQUAL 0)
  set(futex2_compatibility SameMinorVersion)
else()
  set(futex2_compatibility SameMajorVersion)
endif()
configure_package_config_file(
  ${CMAKE_CURRENT_LIST_DIR}/futex2Config.cmake.in
  ${PROJECT_BINARY_DIR}/futex2Config.cmake
  INSTALL_DESTINATION ${futex2_cmake_dir})
write_basic_package_version_file(
  ${PROJECT_BINARY_DIR}/futex2ConfigVersion.cmake
  COMPATIBILITY ${futex2_compatibility})
install(FILES
  ${PROJECT_BINARY_DIR}/futex2Config.cmake
  ${PROJECT_BINARY_DIR}/futex2ConfigVersion.cmake
  DESTINATION ${futex2_cmake_dir})
install(EXPORT futex2Targets NAMESPACE futex2:: DESTINATION ${futex2_cmake_dir})

# pkg-config. The prefix is found from where the file lies, so that
# `cmake --install --prefix` and DESTDIR need nothing rewritten.
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
  set(futex2_pc_prefix ${CMAKE_INSTALL_PREFIX})
  set(futex2_pc_libdir ${CMAKE_INSTALL_LIBDIR})
else()
  file(RELATIVE_PATH futex2_pc_up /p/${CMAKE_INSTALL_LIBDIR}/pkgconfig /p)
  string(REGEX REPLACE "/$" "" futex2_pc_up "${futex2_pc_up}")
  set(futex2_pc_prefix "\${pcfiledir}/${futex2_pc_up}")
  set(futex2_pc_libdir "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
endif()
if(IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
  set(futex2_pc_includedir ${CMAKE_INSTALL_INCLUDEDIR})
else()
  set(futex2_pc_includedir "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
endif()
configure_file(${CMAKE_CURRENT_LIST_DIR}/futex2.pc.in ${PROJECT_BINARY_DIR}/futex2.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/futex2.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
