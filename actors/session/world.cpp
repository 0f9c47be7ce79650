#include "actors/session/world.hpp"

#include <algorithm>

namespace kodad::actors {

namespace {

template <class T, class Id>
const T* find_by_id(const std::shared_ptr<const std::vector<T>>& among, const Id& id) {
  if (!among)
    return nullptr;
  auto found = std::ranges::find(*among, id, &T::id);
  return found == among->end() ? nullptr : &*found;
}

} // namespace

const proto::agent* catalogs::find(const proto::agent_id& id) const {
  return find_by_id(agents, id);
}

const proto::model* catalogs::find(const proto::model_id& id) const {
  return find_by_id(models, id);
}

} // namespace kodad::actors
