# SPDX-License-Identifier: MIT
# What the built libraries may refer to, need and show. One check a run:
#
#   cmake -DCHECK=NAME -DNM=nm -DREADELF=readelf -DFILES=A;B -DMAP=FILE -DSONAME=NAME
#         -P binary_checks.cmake
#
# A check that fails names what it found.

# OUTPUT: the lines that a tool prints.
function(lines_of output)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
  string(REPLACE ";" "," text "${text}")
  string(REGEX MATCHALL "[^\n]+" lines "${text}")
  set(${output} "${lines}" PARENT_SCOPE)
endfunction()

# OUTPUT: names of a file's symbols; ARGN: nm's options.
function(symbols_of output file)
  lines_of(lines ${NM} --format=posix ${ARGN} ${file})
  set(names "")
  foreach(line IN LISTS lines)
    # "NAME TYPE [VALUE SIZE]"; others are the names of an archive's members.
    if(line MATCHES "^([^ ]+) ([A-Za-z])( |$)")
      list(APPEND names "${CMAKE_MATCH_1}")
    endif()
  endforeach()
  set(${output} "${names}" PARENT_SCOPE)
endfunction()

# g++ sends std::atomic of 16 bytes to libatomic: one library more, and a lock on
# some machines, which a half-word load beside it does not heed.
function(check_no_libatomic)
  foreach(file IN LISTS FILES)
    symbols_of(names ${file})
    list(FILTER names INCLUDE REGEX "^__atomic_|^libat_")
    if(names)
      message(FATAL_ERROR "${file} refers to ${names}")
    endif()
  endforeach()
endfunction()

# A program may define a syscall() of its own, which calls this library.
function(check_no_syscall)
  foreach(file IN LISTS FILES)
    symbols_of(names ${file})
    list(FILTER names INCLUDE REGEX "^syscall(@|$)")
    if(names)
      message(FATAL_ERROR "${file} refers to ${names}")
    endif()
  endforeach()
endfunction()

# libc and the loader that comes with it.
function(check_needed)
  lines_of(lines ${READELF} --dynamic --wide ${FILES})
  set(needed "")
  set(soname "")
  foreach(line IN LISTS lines)
    if(line MATCHES "\\(NEEDED\\).*\\[(.*)\\]")
      list(APPEND needed "${CMAKE_MATCH_1}")
    elseif(line MATCHES "\\(SONAME\\).*\\[(.*)\\]")
      set(soname "${CMAKE_MATCH_1}")
    endif()
  endforeach()
  list(FILTER needed EXCLUDE REGEX "^ld-linux.*\\.so\\.[0-9]+$")
  if(NOT needed STREQUAL "libc.so.6")
    message(FATAL_ERROR "${FILES} needs ${needed}")
  endif()
  if(NOT soname STREQUAL SONAME)
    message(FATAL_ERROR "${FILES} is called ${soname}, not ${SONAME}")
  endif()
endfunction()

# Exactly what the version script lists.
function(check_exports)
  file(STRINGS ${MAP} listed REGEX "^ +futex2_[a-z0-9_]+\\*?;")
  list(TRANSFORM listed REPLACE "[ ;]" "")
  lines_of(lines ${NM} --dynamic --defined-only --format=posix ${FILES})
  set(exported "")
  foreach(line IN LISTS lines)
    # Absolute symbols are the names of the versions.
    if(line MATCHES "^([^ @]+)(@@?[^ ]+)? ([A-Za-z]) " AND NOT CMAKE_MATCH_3 STREQUAL "A")
      list(APPEND exported "${CMAKE_MATCH_1}")
    endif()
  endforeach()
  if(NOT listed)
    message(FATAL_ERROR "${MAP} lists nothing")
  endif()
  set(unlisted ${exported})
  foreach(name IN LISTS listed)
    string(REPLACE "*" "[a-z0-9_]+" pattern "^${name}$")
    set(found ${exported})
    list(FILTER found INCLUDE REGEX "${pattern}")
    if(NOT found)
      message(FATAL_ERROR "${FILES} does not export ${name}, which ${MAP} lists")
    endif()
    list(FILTER unlisted EXCLUDE REGEX "${pattern}")
  endforeach()
  if(unlisted)
    message(FATAL_ERROR "${FILES} exports ${unlisted}, which ${MAP} does not list")
  endif()
endfunction()

# Thread-local state is reached from signal handlers: only the initial-exec model
# needs no call, and no memory, for it.
function(check_tls)
  foreach(file IN LISTS FILES)
    symbols_of(names ${file})
    set(calls ${names})
    list(FILTER calls INCLUDE REGEX "^__tls_get_addr|^_dl_tlsdesc")
    if(calls)
      message(FATAL_ERROR "${file} refers to ${calls}")
    endif()
    # TLSDESC leaves no symbol, but a relocation.
    lines_of(relocations ${READELF} --relocs --wide ${file})
    list(FILTER relocations INCLUDE REGEX "TLSDESC|TLSGD|TLSLD|DTPMOD")
    if(relocations)
      message(FATAL_ERROR "${file} has ${relocations}")
    endif()
  endforeach()
endfunction()

# A static library's names are its users' names too.
function(check_names)
  symbols_of(names ${FILES} --defined-only --extern-only)
  list(LENGTH names number)
  if(number LESS 10)
    message(FATAL_ERROR "${FILES} has ${number} names: this check looks at the wrong thing")
  endif()
  # Mangled: in namespace futex2, or what the compiler makes for something there.
  list(FILTER names EXCLUDE REGEX "^futex2_|^_Z[A-Z]*6futex2")
  if(names)
    message(FATAL_ERROR "${FILES} defines ${names}")
  endif()
endfunction()

cmake_language(CALL check_${CHECK})
