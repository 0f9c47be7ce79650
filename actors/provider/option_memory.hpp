// OPTION MEMORY: which options the models of one provider have refused, for the life of the
// process. Shared by the provider's calls, on any thread. Bounded: a model too many makes it begin
// anew.
#pragma once

#include "proto/ids.hpp"
#include "proto/provider/option_rewrite.hpp"

#include <map>
#include <mutex>
#include <vector>

namespace kodad::actors {

class option_memory {
public:
  std::vector<proto::provider::refused_option> of(const proto::model_id& model) const;

  void note(const proto::model_id& model, proto::provider::refused_option option);

private:
  mutable std::mutex guard_;
  std::map<proto::model_id, std::vector<proto::provider::refused_option>> known_;
};

} // namespace kodad::actors
