// MAP READING: notes that the calling thread is inside LMDB. A damaged page can lead it anywhere,
// also outside of the map; a fault there is the file's all the same.
#pragma once

namespace kodad::storage::lmdb {

class map_reading {
public:
  /// @param path Of the database file; outlives the object.
  explicit map_reading(const char* path) : before_(path_) { path_ = path; }
  ~map_reading() { path_ = before_; }
  map_reading(const map_reading&) = delete;
  map_reading& operator=(const map_reading&) = delete;

  /// The file that this thread is in; null when it is in none. For signal handlers.
  static const char* path() { return path_; }

private:
  static inline thread_local const char* path_ = nullptr;

  const char* before_;
};

} // namespace kodad::storage::lmdb
