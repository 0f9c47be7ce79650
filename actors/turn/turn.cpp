#include "actors/turn/turn.hpp"

#include "actors/error.hpp"
#include "actors/tools/call_rules.hpp"
#include "actors/tools/catalog.hpp"
#include "actors/turn/judgement.hpp"
#include "actors/turn/plain.hpp"
#include "actors/turn/prompt.hpp"
#include "actors/turn/shrink.hpp"
#include "proto/limits.hpp"
#include "storage/host/clock.hpp"

#include <exception>
#include <random>

namespace kodad::actors {

namespace {

/// A turn that breaks down leaves the cause to its session, which tells it.
caf::error cause_of(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& failure) {
    return to_caf(proto::make_error(proto::ec::internal, failure.what()));
  } catch (...) {
    return to_caf(proto::make_error(proto::ec::internal, "an exception of an unknown kind"));
  }
}

/// For a tool that meets the files: no rules are rules that deny all.
proto::permission_set project_or_none(const step_rules& seen) {
  if (seen.rules)
    return *seen.rules;
  return {{{"*", {{"*", proto::action::deny}}, true}}};
}

} // namespace

turn_state::turn_state(turn_actor::pointer self_ptr) : self(self_ptr) {}

turn_facts turn_state::facts() const {
  return {setup.record, setup.models,          world->options.steps_max, world->options.retries_max,
          setup.money,  world->options.sandbox};
}

turn_sources turn_state::sources() const {
  auto jitter = [engine = std::optional<std::minstd_rand>()]() mutable {
    if (!engine) // Few turns ever wait.
      engine.emplace(std::random_device{}());
    return std::uniform_real_distribution<double>(0.0, 1.0)(*engine);
  };
  return {[] { return storage::host::new_id<proto::question_id>("q"); },
          [] { return storage::host::now(); }, std::move(jitter)};
}

judge turn_state::make_judge() {
  return [this](const std::string& tool, const std::string& input) {
    auto may_use = tools();
    return judge_tool_call(
        {*setup.who, world->options.permission, project, granted, may_use, setup.workspace}, tool,
        input);
  };
}

/// Those the agent may use. Not kept: a turn streams for minutes and needs them for microseconds.
std::vector<proto::tool_spec> turn_state::tools() const {
  return tools_of(*setup.who, world->tool_specs);
}

void turn_state::begin(const std::vector<proto::full_message>& all) {
  std::vector<proto::part_record> parts;
  for (const auto& message : all) {
    if (message.head.sequence == setup.record.message_sequence)
      parts = message.parts;
    else
      past.push_back(message);
  }
  machine.emplace(facts(), make_judge(), sources());
  if (setup.mode == start_mode::fresh)
    perform(machine->begin());
  else if (setup.mode == start_mode::resumed)
    perform(machine->resume(std::move(parts), std::move(setup.waiting)));
  else
    perform(machine->abandon(std::move(parts), std::move(setup.waiting)));
  for (auto& given : early_answers)
    answer(given);
  if (cancel_is_due)
    cancel();
}

void turn_state::perform(effects todo) {
  for (auto& what : todo)
    std::visit([this](auto& x) { perform_one(x); }, what);
}

void turn_state::perform_one(call_model& what) {
  const auto& model = setup.models[what.model];
  auto request = compose({*setup.who, model, past, machine->parts(), tools(), setup.workspace,
                          setup.record.variant, setup.context_used, what.with_tools});
  if (what.shrinking > 0)
    shrink(request, what.shrinking);
  if (what.plain)
    make_plain(request);
  last_is_plain = is_plain(request);
  provider = world->providers.at(std::string(provider_of(model.id)));
  // An actor's id is unique within the process, and no turn makes 2^20 calls.
  last_call = last_call == 0 ? (self->id() << 20) + 1 : last_call + 1;
  self->send(provider, start_call{last_call, setup.session,
                                  std::make_shared<const proto::chat_request>(std::move(request)),
                                  caf::actor_cast<call_listener_actor>(self)});
}

void turn_state::perform_one(stop_model&) {
  self->send(provider, cancel_call{last_call});
}

void turn_state::perform_one(show_events& what) {
  self->send(session, turn_shows{setup.record.shown.number, std::move(what.events)});
}

void turn_state::perform_one(keep_step& what) {
  for (const auto& rule : what.what.granted)
    granted.push_back(rule);
  if (what.what.call_usage)
    setup.context_used = what.what.call_usage->prompt_tokens();
  self->request(session, proto::limits::ask, std::move(what.what))
      .then([this, token = what.token](acknowledged) { perform(machine->on_kept(token)); },
            [this](const caf::error& failure) { self->quit(failure); });
}

void turn_state::perform_one(start_tool& what) {
  tool_run_request run{.session = setup.session,
                       .turn = setup.record.shown.number,
                       .agent = setup.who->id,
                       .call = what.call,
                       .tool = what.tool,
                       .input = what.input,
                       .workspace = setup.workspace};
  if (meets_files(what.tool))
    run.input =
        with_rules(run.input, {setup.who->permission, setup.who->builtin, world->options.permission,
                               granted, project_or_none(project)});
  self->send(world->tools, run_tool{std::move(run), caf::actor_cast<tool_listener_actor>(self)});
}

void turn_state::perform_one(stop_tool& what) {
  self->send(world->tools, cancel_tool{setup.session, what.call});
}

void turn_state::perform_one(wait_before_retry& what) {
  self->delayed_send(self, std::chrono::milliseconds(what.delay_ms), caf::tick_atom_v, what.ticket);
}

void turn_state::perform_one(end_turn& what) {
  self->request(session, proto::limits::ask, std::move(what.how))
      .then([this](acknowledged) { self->quit(); },
            [this](const caf::error& failure) { self->quit(failure); });
}

void turn_state::cancel() {
  if (!machine) {
    cancel_is_due = true;
    return;
  }
  perform(machine->on_cancel());
  stop_waiting();
}

void turn_state::answer(const give_answer& given) {
  if (!machine)
    early_answers.push_back(given);
  else if (machine->may_start_call(given))
    read_rules_for(given);
  else
    hand_on(given);
}

void turn_state::finish(const tool_finished& run) {
  perform(machine->on_tool_finished(run));
  // Without its folder the turn can do nothing more.
  if (run.failure && run.failure->code == proto::ec::workspace_vanished)
    break_down(*run.failure);
}

void turn_state::end_call(const call_ended& ended) {
  if (!ended.failure && machine->has_calls_to_judge())
    read_rules_for(ended);
  else
    hand_on(ended);
}

void turn_state::read_rules_for(rule_bound input) {
  waiting.push_back(std::move(input));
  if (looked_for == 0)
    look_at_rules();
}

void turn_state::look_at_rules() {
  looked_for = waiting.size();
  self->request(world->workspaces, proto::limits::ask, read_project_rules{setup.workspace})
      .then(
          [this](const project_rules& seen) {
            take_rules({seen.rules, {}});
          },
          [this](const caf::error& failure) {
            take_rules({nullptr, rules_unread(from_caf(failure))});
          });
}

void turn_state::take_rules(step_rules seen) {
  project = std::move(seen);
  auto due = std::exchange(looked_for, 0);
  // Who waits for a disk that does not answer waits once.
  if (!project.rules)
    due = waiting.size();
  for (; due > 0 && !waiting.empty(); --due) {
    auto input = std::move(waiting.front());
    waiting.pop_front();
    std::visit([this](const auto& x) { hand_on(x); }, input);
  }
  // Without its folder the turn can do nothing more.
  if (project.failure && project.failure->code == proto::ec::workspace_vanished)
    return break_down(*project.failure);
  // What came while the file was being read may have come after it was changed.
  if (!waiting.empty())
    look_at_rules();
}

/// The turn ends, and runs nothing more.
void turn_state::stop_waiting() {
  for (auto left = std::exchange(waiting, {}); !left.empty(); left.pop_front())
    std::visit([this](const auto& x) { hand_on(x); }, left.front());
}

void turn_state::hand_on(const call_ended& ended) {
  auto failure = ended.failure;
  // What was refused is not sent again unchanged.
  if (failure && failure->then == proto::provider::remedy::simplify && last_is_plain)
    failure->then = proto::provider::remedy::give_up;
  perform(machine->on_call_ended(failure));
}

void turn_state::hand_on(const give_answer& given) {
  perform(machine->on_answer(given));
}

void turn_state::break_down(const proto::error& why) {
  perform(machine->on_broken(why));
  stop_waiting();
}

turn_actor::behavior_type turn(turn_actor::stateful_pointer<turn_state> self, session_actor session,
                               shared_world world, turn_setup setup) {
  auto& state = self->state;
  state.session = std::move(session);
  state.world = std::move(world);
  state.setup = std::move(setup);
  state.granted = state.setup.granted;
  self->set_exception_handler([](std::exception_ptr& thrown) { return cause_of(thrown); });
  // A session that goes takes its turn along.
  self->monitor(state.session);
  self->set_down_handler([self](const caf::down_msg& down) { self->quit(down.reason); });
  if (auto known = std::move(state.setup.history))
    state.begin(*known);
  else
    self->request(state.world->archive, proto::limits::ask,
                  load_history{state.setup.session, state.setup.record.message_sequence + 1})
        .then([self](const history& all) { self->state.begin(*all.messages); },
              [self](const caf::error& failure) { self->quit(failure); });
  return {
      [self](const call_waits& x) {
        if (x.call == self->state.last_call)
          self->state.perform(self->state.machine->on_call_waits(x));
      },
      [self](const call_chunks& x) {
        if (x.call == self->state.last_call)
          self->state.perform(self->state.machine->on_chunks(x.chunks));
      },
      [self](const call_ended& x) {
        if (x.call == self->state.last_call)
          self->state.end_call(x);
      },
      [self](const tool_chunk& x) { self->state.perform(self->state.machine->on_tool_chunk(x)); },
      [self](const tool_finished& x) { self->state.finish(x); },
      [self](const give_answer& x) { self->state.answer(x); },
      [self](const proto::cancel_turn&) { self->state.cancel(); },
      [self](caf::tick_atom, uint64_t ticket) {
        self->state.perform(self->state.machine->on_retry_time(ticket));
      },
  };
}

} // namespace kodad::actors
