#include "proto/provider/anthropic_seal.hpp"

#include "proto/json/writer.hpp"

namespace kodad::proto::provider {

namespace {

std::string_view word_of(seal_kind kind) {
  return kind == seal_kind::signature ? "signature" : "redacted";
}

} // namespace

std::string to_opaque(const anthropic_seal& seal) {
  json::writer out;
  out.begin_object().key(word_of(seal.kind)).string(seal.data).end_object();
  return out.take();
}

std::optional<anthropic_seal> seal_of(json::parser& parse, std::string_view opaque) {
  if (opaque.empty())
    return std::nullopt;
  auto from = parse.parse_object(opaque);
  if (!from)
    return std::nullopt;
  for (auto kind : {seal_kind::signature, seal_kind::redacted})
    if (auto data = json::find_string(*from, word_of(kind)))
      return anthropic_seal{kind, std::string(*data)};
  return std::nullopt;
}

} // namespace kodad::proto::provider
