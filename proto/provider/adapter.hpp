// ADAPTER: one provider's wire format, pure both ways: chat_request to HTTP request, bytes of the
// answer to stream_chunks, a failed answer to a typed error. One pair of files per format
// implements it; nothing outside this folder knows a provider's field names.
#pragma once

#include "proto/chat.hpp"
#include "proto/model.hpp"
#include "proto/provider/discovery.hpp"
#include "proto/provider/wire.hpp"
#include "proto/result.hpp"

#include <memory>
#include <string>
#include <vector>

namespace kodad::proto::provider {

/// How a body came to its end.
enum class body_end : uint8_t {
  orderly, ///< All that was sent has come.
  silent,  ///< Nothing came any more; the provider may have forgotten to close.
  broken,  ///< It was cut off.
};

/// Reads one streamed answer. Bytes may be cut anywhere.
class stream_decoder {
public:
  virtual ~stream_decoder() = default;

  /// Appends what `bytes` complete to `out`. An error frame inside the stream comes back as the
  /// typed error; after an error the decoder is spent.
  virtual result<void> feed(std::string_view bytes, std::vector<stream_chunk>& out) = 0;

  /// The body has ended. Fails with `stream_cut` where that is not the end of the answer: its end
  /// marker never came, and nothing else says that it is whole.
  virtual result<void> finish(body_end how, std::vector<stream_chunk>& out) = 0;
};

/// What a failed call means for whoever made it.
enum class remedy : uint8_t {
  give_up,   ///< The request itself is at fault: nobody would take it.
  retry,     ///< The same call may succeed later.
  shrink,    ///< The conversation is too long for the model.
  fall_back, ///< This model will not answer, however often it is asked: another one may.
  simplify,  ///< The request is refused as it stands: a plainer one may be taken.
};

struct call_failure {
  error what;
  remedy then = remedy::give_up;
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

  /// Begins to find out which models the provider offers.
  virtual std::unique_ptr<model_discovery> discover(const endpoint& to) const = 0;

  /// The decoder where the format of the answer hangs on the request.
  virtual std::unique_ptr<stream_decoder> decoder_for(const chat_request& request) const {
    return decoder(request.model);
  }
};

/// Classifies a failure that is not an HTTP answer: what the transport or a decoder said.
call_failure classify_error(const error& failure);

} // namespace kodad::proto::provider
