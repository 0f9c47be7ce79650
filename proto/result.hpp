// RESULT: a value or an error, for every function that can fail. Absence is not a failure: that is
// std::optional. We throw no exceptions of our own, so this is the only road an error travels.
#pragma once

#include "proto/error.hpp"

#include <cassert>
#include <utility>
#include <variant>

namespace kodad::proto {

/// Either a `T` or an `error`.
template <class T>
class [[nodiscard]] result {
public:
  result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  result(error failure) : state_(std::in_place_index<1>, std::move(failure)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  /// @pre `ok()`.
  T& value() {
    assert(ok());
    return *std::get_if<0>(&state_);
  }
  const T& value() const {
    assert(ok());
    return *std::get_if<0>(&state_);
  }
  T& operator*() { return value(); }
  const T& operator*() const { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  /// @pre not `ok()`.
  error& failure() {
    assert(!ok());
    return *std::get_if<1>(&state_);
  }
  const error& failure() const {
    assert(!ok());
    return *std::get_if<1>(&state_);
  }

private:
  std::variant<T, error> state_;
};

/// Success without a value, or an error.
template <>
class [[nodiscard]] result<void> {
public:
  result() = default;
  result(error failure) : failure_(std::move(failure)), ok_(false) {}

  bool ok() const { return ok_; }
  explicit operator bool() const { return ok_; }

  /// @pre not `ok()`.
  error& failure() {
    assert(!ok_);
    return failure_;
  }
  const error& failure() const {
    assert(!ok_);
    return failure_;
  }

private:
  error failure_;
  bool ok_ = true;
};

} // namespace kodad::proto
