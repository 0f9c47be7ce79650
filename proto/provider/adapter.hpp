// ADAPTER: one provider's wire format, pure both ways: chat_request to HTTP request, bytes of the
// answer to stream_chunks, a failed answer to a typed error. One pair of files per format
// implements it; nothing outside this folder knows a provider's field names.
#pragma once

#include "proto/chat.hpp"
#include "proto/model.hpp"
#include "proto/result.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace kodad::proto::provider {

using header_list = std::vector<std::pair<std::string, std::string>>;

/// Where and as whom to call. Holds a secret: never logged.
struct endpoint {
  std::string provider_id;
  std::string base_url; ///< With or without its version suffix; no trailing slash needed.
  std::string api_key;  ///< Empty: no credentials are sent.
};

struct wire_request {
  std::string method = "POST";
  std::string url;
  header_list headers;
  std::string body;
};

/// Reads one streamed answer. Bytes may be cut anywhere.
class stream_decoder {
public:
  virtual ~stream_decoder() = default;

  /// Appends what `bytes` complete to `out`. An error frame inside the stream comes back as the
  /// typed error; after an error the decoder is spent.
  virtual result<void> feed(std::string_view bytes, std::vector<stream_chunk>& out) = 0;

  /// The body has ended. Fails with `stream_cut` when the end marker never came.
  virtual result<void> finish(std::vector<stream_chunk>& out) = 0;
};

/// What a failed call means for whoever may try again.
struct call_failure {
  error what;
  bool retryable = false;
  std::optional<int64_t> retry_after_ms; ///< As asked by the provider.
};

class adapter {
public:
  virtual ~adapter() = default;

  virtual wire_request encode(const endpoint& to, const chat_request& request) const = 0;

  virtual std::unique_ptr<stream_decoder> decoder(const model_id& model) const = 0;

  /// Classifies an answer whose status is not 2xx. @param headers Names in lower case.
  virtual call_failure classify(int status, const header_list& headers,
                                std::string_view body) const = 0;

  /// The request that lists the models, and the reader of its answer.
  virtual wire_request list_models(const endpoint& to) const = 0;
  virtual result<std::vector<model>> read_models(const endpoint& to,
                                                 std::string_view body) const = 0;
};

/// Classifies a failure that is not an HTTP answer: what the transport or a decoder said.
call_failure classify_error(const error& failure);

} // namespace kodad::proto::provider
