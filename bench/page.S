/* SPDX-License-Identifier: MIT */
/* The page's bytes; FUTEX2_PAGE is the path of the file that the build made of bench/report. */
        .section .rodata
        .global futex2_bench_page, futex2_bench_page_end
futex2_bench_page:
        .incbin FUTEX2_PAGE
futex2_bench_page_end:
        .section .note.GNU-stack, "", %progbits
