#include "http/routes/handlers.hpp"
#include "http/routes/parse.hpp"
#include "http/routes/streaming.hpp"
#include "proto/limits.hpp"
#include "proto/limits/storage.hpp"

namespace kodad::http {

using proto::ec;

namespace {

struct answer_body {
  proto::question_id question_id;
  proto::raw_json response;

  static constexpr auto fields() {
    constexpr auto required = proto::presence::required;
    return std::tuple(proto::field("question_id", &answer_body::question_id, required),
                      proto::field("response", &answer_body::response, required));
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
  auto message = read_body<proto::send_message>(now);
  if (!message)
    return;
  auto once = once_of(now.in);
  if (!once)
    return refuse(now, once.failure());
  message->session = proto::session_id{now.ids[0]};
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
  if (auto fits = proto::check_bounds(*response); !fits)
    return refuse(now, fits.failure());
  if (body->question_id.text.size() > proto::limits::name_bytes)
    return refuse(now, proto::make_error(ec::question_not_found, "there is no such question"));
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
  ask<proto::question_list>(
      now.at.gateway, now.at.to.reader, proto::list_questions{proto::session_id{now.ids[0]}},
      now.token, [](const proto::question_list& all) { return json_response(all.questions); });
}

} // namespace kodad::http
