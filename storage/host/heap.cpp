#include "storage/host/heap.hpp"

#include "proto/limits/memory.hpp"

#include <cstdio>
#include <malloc.h>
#include <memory>
#include <unistd.h>

namespace kodad::storage::host {

void tune_heap() {
  // Fixed: glibc would raise both with each large block that is freed, up to 64 MiB, and keep the
  // next ones of that size for good.
  mallopt(M_MMAP_THRESHOLD, static_cast<int>(proto::limits::own_pages_bytes));
  mallopt(M_TRIM_THRESHOLD, static_cast<int>(proto::limits::heap_top_bytes));
}

void trim_heap() {
  malloc_trim(0);
}

size_t anonymous_bytes() {
  std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen("/proc/self/statm", "re"), &std::fclose);
  size_t size = 0;
  size_t resident = 0;
  size_t of_files = 0;
  if (!file || std::fscanf(file.get(), "%zu %zu %zu", &size, &resident, &of_files) != 3)
    return 0;
  return (resident - of_files) * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

} // namespace kodad::storage::host
