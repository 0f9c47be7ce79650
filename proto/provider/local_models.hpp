// LOCAL MODELS: which models a server on one's own machine offers. GET {base}/models is the list;
// what it leaves out (the context a model really has, whether it calls tools, sees, reasons) is
// asked for beside it, in the words of Ollama, LM Studio and llama.cpp. A server that does not know
// a question, or answers it with nonsense, is none of those: that is no failure.
#pragma once

#include "proto/provider/discovery.hpp"

#include <memory>

namespace kodad::proto::provider {

/// Does the server run on this machine, or is the provider named for software that would?
bool is_local_server(const endpoint& to);

/// @param list The request for GET {base}/models with its credentials; the other questions carry
/// them too. Of an Ollama's models at most 100 are asked about, of any other server's none.
std::unique_ptr<model_discovery> local_discovery(const endpoint& to, wire_request list);

} // namespace kodad::proto::provider
