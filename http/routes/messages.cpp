#include "http/routes/handlers.hpp"
#include "http/routes/parse.hpp"
#include "http/routes/streaming.hpp"
#include "proto/broader_rule.hpp"
#include "proto/limits.hpp"
#include "proto/limits/storage.hpp"

namespace kodad::http {

using proto::ec;

namespace {

/// The files beside a message. A fault in one of them names its place.
struct attachment_list {
  std::vector<proto::attachment> all;
};

proto::result<void> read_value(const proto::json::value& in, attachment_list& out) {
  proto::json::array items;
  if (in.get(items) != simdjson::SUCCESS)
    return proto::json::wrong_type("an array");
  for (auto item : items) {
    std::string place(1, '[');
    place.append(std::to_string(out.all.size())).append(1, ']');
    auto read = proto::json::read_value(item, out.all.emplace_back());
    if (read)
      continue;
    auto why = read.failure();
    if (!why.field.empty())
      place.append(1, '.').append(why.field);
    why.field = std::move(place);
    return why;
  }
  return {};
}

struct message_body {
  std::string content;
  attachment_list attachments;
  std::string variant;
  std::optional<proto::agent_id> agent_id;
  std::optional<proto::model_id> model_id;
  proto::busy_policy when_busy = proto::busy_policy::reject;

  static constexpr auto fields() {
    return std::tuple(proto::field("content", &message_body::content, proto::presence::required),
                      proto::field("attachments", &message_body::attachments),
                      proto::field("variant", &message_body::variant),
                      proto::field("agent_id", &message_body::agent_id),
                      proto::field("model_id", &message_body::model_id),
                      proto::field("when_busy", &message_body::when_busy));
  }
};

/// The body as a message; answers the call and gives nothing when it is no good.
std::optional<proto::send_message> read_message(call& now) {
  auto body = read_body<message_body>(now);
  if (!body)
    return std::nullopt;
  proto::send_message out{proto::session_id{now.ids[0]},
                          std::move(body->content),
                          std::move(body->attachments.all),
                          std::move(body->variant),
                          std::move(body->agent_id),
                          std::move(body->model_id),
                          body->when_busy,
                          {}};
  if (auto fits = proto::check_bounds(out); !fits) {
    refuse(now, fits.failure());
    return std::nullopt;
  }
  return out;
}

struct answer_body {
  proto::question_id question_id;
  proto::raw_json response;
  std::optional<std::string> pattern; ///< The rule that "always" is meant for.

  static constexpr auto fields() {
    constexpr auto required = proto::presence::required;
    return std::tuple(proto::field("question_id", &answer_body::question_id, required),
                      proto::field("response", &answer_body::response, required),
                      proto::field("pattern", &answer_body::pattern));
  }
};

/// A string, or an array of strings.
proto::result<std::vector<std::string>> read_response(const proto::raw_json& from) {
  if (auto one = proto::json::read<std::string>(from.text))
    return std::vector<std::string>{std::move(*one)};
  auto many = proto::json::read<std::vector<std::string>>(from.text);
  if (many)
    return std::move(*many);
  return proto::field_error(ec::wrong_type, "response", "expected a string or an array of strings");
}

/// An answer that says nothing is a slip: the model would read it as the user's word.
proto::result<void> refuse_blank(const std::vector<std::string>& response) {
  for (const auto& one : response)
    if (one.find_first_not_of(" \t\r\n\v\f") == std::string::npos)
      return proto::field_error(ec::invalid_value, "response", "an answer must not be blank");
  return {};
}

/// A list answers only a question that takes several. What a question takes never changes; one that
/// does not wait (any more) is the session's to judge.
void answer_with_list(call& now, proto::answer_question given) {
  auto run = [reader = now.at.to.reader, to = now.at.to.directory, token = now.token,
              given = std::move(given)](gateway_actor::pointer self) {
    auto fail = [token](const caf::error& why) { token.answer(actors::from_caf(why)); };
    auto pass_on = [self, to, token, given, fail](const proto::question_list& waiting) {
      for (const auto& one : waiting.questions)
        if (one.question_id == given.question && !one.multiple)
          return token.answer(proto::field_error(
              ec::wrong_type, "response", "expected a string: this question takes one answer"));
      self->request(to, proto::limits::ask, given)
          .then([token](const proto::acknowledged&) { token.answer(empty_response()); }, fail);
    };
    self->request(reader, proto::limits::ask, proto::list_questions{given.session})
        .then(pass_on, fail);
  };
  caf::anon_send(now.at.gateway, errand{std::move(run)});
}

proto::result<bool> read_order(const query& given) {
  auto order = text_of(given, "order").value_or("asc");
  if (order == "asc" || order == "desc")
    return order == "desc";
  return proto::field_error(ec::invalid_value, "order", "expected asc or desc");
}

std::string links(const link_base& from, bool newest_first, const proto::message_page& page) {
  std::string out;
  // Between two messages, a page goes on up to the second; before one alone it leads back and
  // forth.
  bool keeps_window = parse_query(from.query).contains("after");
  if (newest_first) {
    if (page.next_before)
      out = as_link(link_to(from, {"before", page.next_before->text, ""}), "next");
    return out;
  }
  if (page.next_after)
    out = as_link(link_to(from, {"after", page.next_after->text, keeps_window ? "" : "before"}),
                  "next");
  if (page.next_before && !out.empty())
    out.append(", ");
  if (page.next_before)
    out.append(as_link(link_to(from, {"before", page.next_before->text, "after"}), "prev"));
  return out;
}

} // namespace

void post_message(call& now) {
  auto message = read_message(now);
  if (!message)
    return;
  auto once = once_of(now.in);
  if (!once)
    return refuse(now, once.failure());
  message->once = std::move(*once);
  if (wants_stream(now.in))
    return send_and_stream(now, std::move(*message));
  ask<proto::turn>(now.at.gateway, now.at.to.directory, std::move(*message), now.token,
                   [](const proto::turn& accepted) { return json_response(accepted, 202); });
}

void get_messages(call& now) {
  auto given = parse_query(now.in.query);
  auto limit = number_of(given, "limit", {proto::limits::page_default, 1, proto::limits::page_max});
  if (!limit)
    return refuse(now, limit.failure());
  auto newest_first = read_order(given);
  if (!newest_first)
    return refuse(now, newest_first.failure());
  proto::list_messages wish{proto::session_id{now.ids[0]}, *limit, {}, {}, *newest_first};
  if (auto before = text_of(given, "before"))
    wish.before = proto::message_id{*before};
  if (auto after = text_of(given, "after"))
    wish.after = proto::message_id{*after};
  auto shape = [from = link_base{now.in.path, now.in.query},
                newest_first = *newest_first](const proto::message_page& page) {
    auto out = json_response(page.messages);
    if (auto all = links(from, newest_first, page); !all.empty())
      out.headers.emplace_back("Link", all);
    return out;
  };
  ask_in_line<proto::message_page>(*now.at.pages, now.at.gateway, now.at.to.archive,
                                   std::move(wish), now.token, shape);
}

void post_answer(call& now) {
  auto body = read_body<answer_body>(now);
  if (!body)
    return;
  auto response = read_response(body->response);
  if (!response)
    return refuse(now, response.failure());
  if (auto says = refuse_blank(*response); !says)
    return refuse(now, says.failure());
  if (body->pattern && *response != std::vector<std::string>{"always"})
    return refuse(now, proto::field_error(ec::invalid_value, "pattern",
                                          "a pattern belongs to the response always"));
  if (body->pattern)
    response->push_back(*body->pattern);
  if (auto fits = proto::check_bounds(*response); !fits)
    return refuse(now, fits.failure());
  if (body->question_id.text.size() > proto::limits::name_bytes)
    return refuse(now, proto::field_error(ec::question_not_found, "question_id",
                                          "there is no such question"));
  auto once = once_of(now.in);
  if (!once)
    return refuse(now, once.failure());
  proto::answer_question given{proto::session_id{now.ids[0]}, body->question_id,
                               std::move(*response), std::move(*once)};
  if (body->response.text.starts_with('['))
    return answer_with_list(now, std::move(given));
  ask<proto::acknowledged>(now.at.gateway, now.at.to.directory, std::move(given), now.token,
                           [](const proto::acknowledged&) { return empty_response(); });
}

void get_questions(call& now) {
  auto shape = [](const proto::question_list& all) {
    proto::json::writer list;
    list.begin_array();
    for (const auto& asked : all.questions)
      proto::write_shown(list, asked, asked);
    list.end_array();
    response out;
    out.body = list.take();
    return out;
  };
  ask<proto::question_list>(now.at.gateway, now.at.to.reader,
                            proto::list_questions{proto::session_id{now.ids[0]}}, now.token, shape);
}

} // namespace kodad::http
