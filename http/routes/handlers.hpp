// HANDLERS: what the route table points to, by resource. Each takes one call and sees to it that
// the call's token is answered.
#pragma once

#include "http/routes.hpp"

namespace kodad::http {

// routes/host.cpp
void get_health(call& now);
void get_ready(call& now);
void get_config(call& now);

// routes/sessions.cpp
void post_session(call& now);
void get_sessions(call& now);
void get_one_session(call& now);
void patch_one_session(call& now);
void delete_one_session(call& now);
void post_branch(call& now);

// routes/messages.cpp
void post_message(call& now);
void get_messages(call& now);
void post_answer(call& now);
void get_questions(call& now);

// routes/turns.cpp
void get_one_turn(call& now);
void post_cancel(call& now);

// routes/outputs.cpp
void get_output(call& now);

// routes/stream.cpp
void get_stream(call& now);

// routes/agents.cpp
void get_agents(call& now);
void post_agent(call& now);
void get_one_agent(call& now);
void put_agent(call& now);
void delete_one_agent(call& now);

// routes/models.cpp
void get_models(call& now);
void post_refresh(call& now);

// routes/settings.cpp
void get_settings(call& now);
void get_one_setting(call& now);
void put_one_setting(call& now);

} // namespace kodad::http
