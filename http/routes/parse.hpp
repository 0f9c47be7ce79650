// PARSE: what the handlers share: bodies, query parameters and headers into values, and values into
// responses. Every fault gives an error that names the field.
#pragma once

#include "http/routes.hpp"
#include "proto/field_bounds.hpp"
#include "proto/json/codec.hpp"

#include <map>
#include <optional>

namespace kodad::http {

/// Answers the call with an error.
void refuse(call& now, const proto::error& why);

/// The body's text, JSON by its type (the gateway has looked): "{}" for none.
std::string_view body_text(const request& in);

/// The body as a `T`; answers the call and gives nothing when it is no good.
template <class T>
std::optional<T> read_body(call& now) {
  auto read = proto::json::read<T>(body_text(now.in));
  if constexpr (requires(const T& x) { proto::check_bounds(x); })
    if (auto fits = read ? proto::check_bounds(*read) : proto::result<void>(); !fits) {
      refuse(now, fits.failure());
      return std::nullopt;
    }
  if (read)
    return std::move(*read);
  auto why = read.failure();
  // Within a list: "files[1].name".
  if (auto place = why.field.find(".["); place != std::string::npos)
    why.field.erase(place, 1);
  // A body that is no object at all is no JSON for us.
  if (why.code == proto::ec::wrong_type && why.field.empty())
    why.code = proto::ec::invalid_json;
  refuse(now, why);
  return std::nullopt;
}

/// The query's parameters, percent-decoded; the last of two equal names wins.
using query = std::map<std::string, std::string>;
query parse_query(std::string_view raw);

/// A whole number parameter within [1, max]; `fallback` when absent.
struct number_range {
  uint64_t fallback = 0;
  uint64_t least = 1;
  uint64_t most = 0;
};
proto::result<uint64_t> number_of(const query& from, const std::string& name, number_range range);

/// The parameters `limit` and `cursor` of a list in the order of names; all of it by default.
proto::result<proto::page_wish> page_of(const request& in);

/// A text parameter; nothing when absent.
std::optional<std::string> text_of(const query& from, const std::string& name);

/// What the Idempotency-Key header and the request make together. Fails with `invalid_value`.
proto::result<proto::idempotency> once_of(const request& in);

/// Where a page was asked for: what its links are made from.
struct link_base {
  std::string path;
  std::string query;
};

/// The path with its query, in which `name` is `value` and `without` is left out.
struct link_change {
  std::string name;
  std::string value;
  std::string without;
};
std::string link_to(const link_base& from, const link_change& change);

/// One entry of a Link header: <target>; rel="relation".
std::string as_link(const std::string& target, std::string_view relation);

/// Adds the Link header to the page after this one, if there is one.
void add_next(response& to, const link_base& from, const std::string& next_cursor);

/// 200, or `status`, with a value's JSON.
template <class T>
response json_response(const T& x, int status = 200) {
  response out;
  out.status = status;
  out.body = proto::json::write(x);
  return out;
}

response empty_response(int status = 204);

/// Answers with a page of a list: its items as JSON, and where it goes on.
template <class Handle, class Question, class Page, class Items>
void answer_page(call& now, const Handle& to, Question question, Items Page::*items) {
  auto shape = [items, from = link_base{now.in.path, now.in.query}](const Page& page) {
    auto out = json_response(page.*items);
    add_next(out, from, page.next_cursor);
    return out;
  };
  ask_in_line<Page>(*now.at.pages, now.at.gateway, to, std::move(question), now.token, shape);
}

} // namespace kodad::http
