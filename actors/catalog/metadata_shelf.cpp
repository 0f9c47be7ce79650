#include "actors/catalog/metadata_shelf.hpp"

namespace kodad::actors {

namespace {

using proto::kept_metadata;
using reply = caf::result<metadata_on_shelf>;

cached_copy copy_of(const kept_metadata& kept) {
  return {kept.url, kept.etag, kept.checked_at};
}

std::shared_ptr<const proto::model_metadata> shared(kept_metadata kept) {
  return std::make_shared<const proto::model_metadata>(std::move(kept.known));
}

reply take(const storage::metadata_cache& cache) {
  metadata_on_shelf out;
  auto saved = cache.load();
  if (saved)
    out.cached = copy_of(*saved);
  auto newest = storage::newest_metadata(std::move(saved));
  if (!newest)
    return to_caf(newest.failure());
  out.known = shared(std::move(*newest));
  return out;
}

reply save(const storage::metadata_cache& cache, kept_metadata kept) {
  metadata_on_shelf out;
  if (auto saved = cache.save(kept); saved)
    out.cached = copy_of(kept);
  else
    out.failure = saved.failure().context;
  out.known = shared(std::move(kept));
  return out;
}

reply put(const storage::metadata_cache& cache, put_on_shelf& got) {
  auto known = proto::read_models_dev(got.body);
  if (!known)
    return to_caf(known.failure());
  return save(cache,
              {std::move(got.url), std::move(got.etag), got.now, got.now, std::move(*known)});
}

reply renew(const storage::metadata_cache& cache, proto::timestamp now) {
  auto saved = cache.load();
  if (!saved)
    return to_caf(
        proto::make_error(proto::ec::storage_failed, "read the copy of models.dev: it is gone"));
  saved->checked_at = now;
  return save(cache, std::move(*saved));
}

} // namespace

metadata_shelf_actor::behavior_type metadata_shelf(metadata_shelf_actor::pointer self,
                                                   storage::metadata_cache cache) {
  return {
      [self, cache](const take_from_shelf&) {
        self->quit();
        return take(cache);
      },
      [self, cache](put_on_shelf& got) {
        self->quit();
        return put(cache, got);
      },
      [self, cache](const renew_on_shelf& still) {
        self->quit();
        return renew(cache, still.now);
      },
  };
}

} // namespace kodad::actors
