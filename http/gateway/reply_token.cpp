#include "http/gateway/reply_token.hpp"

#include "http/error_response.hpp"
#include "http/failure_log.hpp"
#include "http/gateway/path_prefix.hpp"
#include "http/gateway/request_id.hpp"

namespace kodad::http {

namespace {

void append(header_list& headers, const header_list& more) {
  headers.insert(headers.end(), more.begin(), more.end());
}

} // namespace

pending_reply::~pending_reply() {
  answer(proto::make_error(proto::ec::internal, "the request was dropped"));
}

void pending_reply::answer(response reply) {
  if (spent_.exchange(true))
    return;
  add_path_prefix(path_prefix_, reply.headers);
  append(reply.headers, extra_headers_);
  reply.headers.emplace_back(request_id_header, request_id_);
  post_->post(answer_request{place_, std::move(reply)});
}

void pending_reply::answer(const proto::error& failure) {
  if (spent_.load())
    return;
  if (failure.code == proto::ec::internal && *is_stopping_)
    return answer(proto::make_error(proto::ec::draining, failure.context));
  log_failure(*failures_, request_id_, failure);
  answer(to_response(failure, request_id_));
}

actors::subscriber_key pending_reply::stream_key() {
  if (spent_.load())
    return 0;
  std::lock_guard lock(mutex_);
  if (key_ == 0) {
    key_ = post_->next_key();
    post_->post(reserve_stream{place_, key_});
  }
  return key_;
}

void pending_reply::open_stream(header_list headers) {
  auto key = stream_key();
  if (spent_.exchange(true))
    return;
  append(headers, extra_headers_);
  headers.emplace_back(request_id_header, request_id_);
  post_->post(http::open_stream{place_, key, std::move(headers)});
}

void reply_token::answer(response reply) const {
  if (shared_)
    shared_->answer(std::move(reply));
}

void reply_token::answer(const proto::error& failure) const {
  if (shared_)
    shared_->answer(failure);
}

actors::subscriber_key reply_token::stream_key() const {
  return shared_ ? shared_->stream_key() : 0;
}

void reply_token::open_stream(header_list headers) const {
  if (shared_)
    shared_->open_stream(std::move(headers));
}

} // namespace kodad::http
