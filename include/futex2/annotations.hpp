// SPDX-License-Identifier: MIT
/**
 * What clang's thread-safety analysis (-Wthread-safety) knows of the locks; nothing elsewhere.
 * https://clang.llvm.org/docs/ThreadSafetyAnalysis.html
 */
#ifndef FUTEX2_ANNOTATIONS_HPP
#define FUTEX2_ANNOTATIONS_HPP

#if defined(__clang__)
#define FUTEX2_ANNOTATE(...) __attribute__((__VA_ARGS__))
#else
#define FUTEX2_ANNOTATE(...)
#endif

#define FUTEX2_CAPABILITY FUTEX2_ANNOTATE(capability("mutex"))
#define FUTEX2_ACQUIRE FUTEX2_ANNOTATE(acquire_capability())
#define FUTEX2_RELEASE FUTEX2_ANNOTATE(release_capability())
#define FUTEX2_TRY_ACQUIRE FUTEX2_ANNOTATE(try_acquire_capability(true))
#define FUTEX2_ACQUIRE_SHARED FUTEX2_ANNOTATE(acquire_shared_capability())
#define FUTEX2_RELEASE_SHARED FUTEX2_ANNOTATE(release_shared_capability())
#define FUTEX2_TRY_ACQUIRE_SHARED FUTEX2_ANNOTATE(try_acquire_shared_capability(true))
#define FUTEX2_NO_ANALYSIS FUTEX2_ANNOTATE(no_thread_safety_analysis)

#endif
