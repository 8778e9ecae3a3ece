# Warnings are errors: for our own files only, libobs's headers are system headers.
function(lipcam_set_warnings target)
  target_compile_options(
    ${target}
    PRIVATE -Wall
            -Wextra
            -Wpedantic
            -Werror
            -Wconversion
            -Wsign-conversion
            -Wshadow
            -Wstrict-prototypes
            -Wmissing-prototypes
            -Wold-style-definition
            -Wpointer-arith
            -Wwrite-strings
            -Wcast-qual
            -Wformat=2
            -Wundef
            -Wvla
            -Wdouble-promotion
            -Wswitch-enum
            -Wno-error=deprecated-declarations)
endfunction()
