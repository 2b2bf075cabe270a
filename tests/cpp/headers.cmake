# Compiles every public header alone, as the first thing in a file and twice, in
# each language and standard that it promises. Nothing runs: the build is the test.
function(header_alone header language standard)
  file(RELATIVE_PATH name ${PROJECT_SOURCE_DIR}/include/futex2 ${header})
  string(TOLOWER ${language} extension)
  if(language STREQUAL "CXX")
    set(extension cpp)
  endif()
  set(target header_${name}_${extension}${standard})
  string(REPLACE "/" "_folder_" target ${target}) # shared/mutex.hpp is not shared_mutex.hpp
  string(REPLACE "." "_" target ${target})
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${target}.${extension})
  file(CONFIGURE OUTPUT ${source} CONTENT
"#include <futex2/${name}>
#include <futex2/${name}>
#include <linux/futex.h>
extern int ${target};
")
  add_library(${target} OBJECT ${source})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/include)
  target_link_libraries(${target} PRIVATE futex2_options)
  set_target_properties(${target} PROPERTIES
    ${language}_STANDARD ${standard}
    ${language}_STANDARD_REQUIRED ON
    ${language}_EXTENSIONS OFF)
endfunction()

file(GLOB headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/include/futex2/*.h)
foreach(header IN LISTS headers)
  header_alone(${header} C 99)
  header_alone(${header} C 11)
  header_alone(${header} CXX 20)
endforeach()
file(GLOB headers CONFIGURE_DEPENDS
  ${PROJECT_SOURCE_DIR}/include/futex2/*.hpp
  ${PROJECT_SOURCE_DIR}/include/futex2/shared/*.hpp)
foreach(header IN LISTS headers)
  header_alone(${header} CXX 20)
  if(NOT FUTEX2_SANITIZE)
    header_alone(${header} CXX 23)
  endif()
endforeach()
