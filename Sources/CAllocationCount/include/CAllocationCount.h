// Counts the allocations of the program it is linked into, by standing in for the C library's malloc
// and its relatives (glibc only). For tests and benchmarks that claim there are none.
#ifndef TINYSCORE_CALLOCATIONCOUNT_H
#define TINYSCORE_CALLOCATIONCOUNT_H

#include <stddef.h>

// Allocations so far: of the calling thread, and of all threads.
size_t ts_allocations_of_thread(void);
size_t ts_allocations(void);

#endif
