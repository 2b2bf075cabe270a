# The test "package": see README.md. Its arguments are in CMakeLists.txt.
cmake_minimum_required(VERSION 3.25)

set(prefix ${WORK}/prefix)
set(stage ${WORK}/stage)
file(REMOVE_RECURSE ${WORK})

function(run)
  execute_process(COMMAND ${ARGV} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# Sets ${result} to the one line that a command prints.
function(run_for_line result)
  execute_process(COMMAND ${ARGN} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY
    OUTPUT_VARIABLE line OUTPUT_STRIP_TRAILING_WHITESPACE)
  set(${result} "${line}" PARENT_SCOPE)
endfunction()

# Fails if the dynamic section of a file names a library that is not libc's.
function(needs_libc_alone file)
  execute_process(COMMAND ${READELF} -d ${file} COMMAND_ERROR_IS_FATAL ANY OUTPUT_VARIABLE dynamic)
  # (A list's elements are not told apart inside square brackets.)
  string(REGEX REPLACE "\\[([^]\n]*)\\]" "<\\1>" dynamic "${dynamic}")
  string(REGEX MATCHALL "\\(NEEDED\\)[^\n]*<[^\n]*>" needed "${dynamic}")
  foreach(library IN LISTS needed)
    if(NOT library MATCHES "<(libc\\.so\\.6|ld-linux[^>]*|libfutex2\\.so\\.[0-9]+)>")
      message(FATAL_ERROR "${file} needs more than libc: ${library}")
    endif()
  endforeach()
  message(STATUS "${file} needs libc alone")
endfunction()

# Builds a folder's program with find_package() against `root`, and runs it. Of
# the program in C it checks what it needs.
function(with_find_package language root target)
  set(build ${WORK}/${language}-${target})
  file(REMOVE_RECURSE ${build})
  set(compiler CMAKE_C_COMPILER=${CC})
  if(language STREQUAL "cpp")
    set(compiler CMAKE_CXX_COMPILER=${CXX})
  endif()
  run(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/${language} -B ${build} -G ${GENERATOR}
    -D CMAKE_MAKE_PROGRAM=${MAKE_PROGRAM} -D CMAKE_BUILD_TYPE=Release
    -D ${compiler} -D CMAKE_PREFIX_PATH=${root} -D WANTED=${VERSION} -D TARGET=futex2::${target} ${ARGN})
  run(${CMAKE_COMMAND} --build ${build})
  run(${build}/consumer)
  if(language STREQUAL "c")
    needs_libc_alone(${build}/consumer)
  endif()
endfunction()

# Builds the C program with what pkg-config says and the C compiler alone.
function(with_pkg_config kind library)
  run_for_line(flags ${pkg_config} --cflags --libs futex2)
  string(REPLACE "-lfutex2" "${library}" flags "${flags}")
  separate_arguments(flags UNIX_COMMAND "${flags}")
  set(program ${WORK}/pkg-config-${kind})
  run(${CC} -Wall -Wextra -Wpedantic -Werror ${CMAKE_CURRENT_LIST_DIR}/c/consumer.c
    ${flags} -o ${program})
  run(${CMAKE_COMMAND} -E env LD_LIBRARY_PATH=${prefix}/${LIBDIR} ${program})
  needs_libc_alone(${program})
endfunction()

run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix})

# Nothing installed may point back to where it was built.
file(GLOB described ${prefix}/${LIBDIR}/cmake/futex2/*.cmake ${prefix}/${LIBDIR}/pkgconfig/*.pc)
foreach(file IN LISTS described)
  file(READ ${file} text)
  foreach(path ${BUILD} ${prefix})
    string(FIND "${text}" "${path}" at)
    if(NOT at EQUAL -1)
      message(FATAL_ERROR "${file} names ${path}")
    endif()
  endforeach()
endforeach()

needs_libc_alone(${prefix}/${LIBDIR}/libfutex2.so)
with_find_package(c ${prefix} futex2)
with_find_package(c ${prefix} futex2_static -D TARGET_MAY_WANT_CXX=ON)
with_find_package(cpp ${prefix} futex2)
with_find_package(cpp ${prefix} futex2_static)

set(pkg_config ${CMAKE_COMMAND} -E env PKG_CONFIG_PATH=${prefix}/${LIBDIR}/pkgconfig ${PKG_CONFIG})
run_for_line(version ${pkg_config} --modversion futex2)
if(NOT version STREQUAL VERSION)
  message(FATAL_ERROR "pkg-config says ${version}, the build is ${VERSION}")
endif()
with_pkg_config(shared -lfutex2)
with_pkg_config(static -l:libfutex2.a)

if(WITH_COMMAND)
  run_for_line(version ${prefix}/${BINDIR}/futex2 --version)
  if(NOT version MATCHES "(^|[^0-9.])${VERSION}($|[^0-9.])")
    message(FATAL_ERROR "futex2 --version says '${version}', the build is ${VERSION}")
  endif()
endif()

# A package builder stages an installation for /usr and moves it later.
run(${CMAKE_COMMAND} -E env DESTDIR=${stage} ${CMAKE_COMMAND} --install ${BUILD} --prefix /usr)
file(RENAME ${stage}/usr ${WORK}/moved)
with_find_package(c ${WORK}/moved futex2)
with_find_package(c ${WORK}/moved futex2_static)

message(STATUS "package: passed")
