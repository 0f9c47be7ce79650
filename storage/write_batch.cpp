#include "storage/write_batch.hpp"

#include <cassert>
#include <iterator>
#include <utility>

namespace kodad::storage {

void write_batch::put(table where, std::string key, std::string value) {
  assert(value.empty() || value[0] != reference_mark);
  add({write_operation::kind::put, where, std::move(key), std::move(value)});
}

void write_batch::put_reference(table where, std::string key, std::string reference) {
  assert(!reference.empty() && reference[0] == reference_mark);
  add({write_operation::kind::put_reference, where, std::move(key), std::move(reference)});
}

void write_batch::erase(table where, std::string key) {
  add({write_operation::kind::erase, where, std::move(key), {}});
}

void write_batch::erase_range(table where, std::string first_key, std::string end_key) {
  add({write_operation::kind::erase_range, where, std::move(first_key), std::move(end_key)});
}

void write_batch::append(write_batch later) {
  operations_.insert(operations_.end(), std::make_move_iterator(later.operations_.begin()),
                     std::make_move_iterator(later.operations_.end()));
  bytes_ += later.bytes_;
}

void write_batch::add(write_operation next) {
  bytes_ += next.key.size() + next.value.size();
  operations_.push_back(std::move(next));
}

} // namespace kodad::storage
