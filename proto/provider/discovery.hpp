// DISCOVERY: finding out which models a provider offers, as questions and answers. Pure: whoever
// holds a `model_discovery` sends the questions, in any order and some at once, and hands back the
// answers. A list may have pages, and a server may want to be asked about each of its models.
#pragma once

#include "proto/model.hpp"
#include "proto/provider/wire.hpp"
#include "proto/result.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kodad::proto::provider {

/// What came back for a question.
struct wire_answer {
  int status = 0;               ///< 0: there was no answer, see `failure`.
  header_list headers;          ///< Names in lower case.
  std::string body;             ///< At most `limits::provider_models_bytes`.
  std::optional<error> failure; ///< Of the transport.
};

class model_discovery {
public:
  virtual ~model_discovery() = default;

  /// The first questions. Questions are numbered from 0 in the order in which they are given out.
  virtual std::vector<wire_request> begin() = 0;

  /// Takes an answer in and returns the questions that it leads to.
  virtual std::vector<wire_request> answered(size_t question, const wire_answer& answer) = 0;

  /// What was found, once every question is answered; fails when nothing could be.
  virtual result<std::vector<model>> finish() = 0;
};

/// A page of a list, and the question for the next one.
struct model_page {
  std::vector<model> models;
  std::optional<wire_request> next;
};

using page_reader = std::function<result<model_page>(std::string_view body)>;

/// A discovery that asks for a list, page after page. At most `limits::models_listed` models.
std::unique_ptr<model_discovery> list_discovery(wire_request first, page_reader read);

} // namespace kodad::proto::provider
