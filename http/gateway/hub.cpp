#include "http/gateway/hub.hpp"

namespace kodad::http {

actors::channel_key hub::open_channel(std::shared_ptr<actors::channel_listener> listener) {
  auto key = post_->next_key();
  post_->post(http::open_channel{key, std::move(listener)});
  return key;
}

void hub::close_channel(actors::channel_key channel) {
  post_->post(http::close_channel{channel});
}

void hub::adopt(actors::channel_key channel, actors::subscriber_key subscriber,
                actors::stream_filter filter) {
  post_->post(adopt_stream{channel, subscriber, filter});
}

void hub::push(actors::subscriber_key subscriber, std::vector<actors::shared_frame> page) {
  post_->post(push_page{subscriber, std::move(page)});
}

void hub::follow(actors::subscriber_key subscriber, std::vector<actors::shared_frame> backlog) {
  post_->post(follow_channel{subscriber, std::move(backlog)});
}

void hub::publish(actors::channel_key channel, std::vector<actors::shared_frame> frames) {
  post_->post(publish_frames{channel, std::move(frames)});
}

} // namespace kodad::http
