// HEAP: how the allocator of the C library deals with memory that is free again. Left alone it
// keeps nearly all of it, scattered between what still lives.
#pragma once

#include <cstddef>

namespace kodad::storage::host {

/// Sets what the allocator keeps. @pre The process has no second thread yet.
void tune_heap();

/// Gives all free pages back to the system. Takes milliseconds, and holds up whoever allocates
/// meanwhile: not for a thread that others wait for.
void trim_heap();

/// Bytes of memory that are this process's own and no file's; 0 when the system does not tell.
size_t anonymous_bytes();

} // namespace kodad::storage::host
