// The thread's half: children, pipes, deadlines.
#include "storage/host/process_host_thread.hpp"

#include "storage/host/system_error.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/stat.h>

namespace kodad::storage::host {

namespace {

namespace limits = proto::limits;

constexpr uint64_t wake_tag = 0;
constexpr uint64_t spawner_tag = 1;
constexpr uint64_t first_child_tag = 4; // Four tags per child, whose keys start at 1.
constexpr uint64_t input_tag = 2;
constexpr size_t read_bytes = 64 * 1024; // A pipe's usual capacity.

uint64_t tag_of(process_key child, uint64_t part) {
  return child * first_child_tag + part;
}

bool add_to(const descriptor& epoll, int fd, uint32_t events, uint64_t tag) {
  epoll_event wanted{};
  wanted.events = events;
  wanted.data.u64 = tag;
  return ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &wanted) == 0;
}

/// A memory file with `bytes`, to be read from its start.
descriptor memory_file(std::string_view bytes) {
  descriptor file(::memfd_create("kodad", MFD_CLOEXEC));
  while (file.is_open() && !bytes.empty()) {
    auto count = ::write(file.get(), bytes.data(), bytes.size());
    if (count < 0)
      return {};
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  ::lseek(file.get(), 0, SEEK_SET);
  return file;
}

struct pipe_ends {
  descriptor read;
  descriptor write;
};

/// Our own end never blocks; the child's is an ordinary one. It has a name there, /dev/stderr, that
/// may be opened again, and then it is asked whose it is: a command whose user is no longer ours
/// would be refused. Nobody but those who hold it has such a name for it.
pipe_ends make_pipe(bool we_read) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return {};
  (void)::fchmod(ends[0], 0666);
  ::fcntl(ends[we_read ? 0 : 1], F_SETFL, O_NONBLOCK);
  return {descriptor(ends[0]), descriptor(ends[1])};
}

} // namespace

proto::result<void> process_host::thread_state::open() {
  epoll = descriptor(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll.is_open() || !add_to(epoll, shared->wake.get(), EPOLLIN, wake_tag))
    return system_error(errno, "start", "the process host");
  return link.open(epoll, spawner_tag);
}

void process_host::thread_state::run() {
  constexpr int ready_max = 64;
  epoll_event ready[ready_max];
  while (!stopping) {
    auto count = ::epoll_wait(epoll.get(), ready, ready_max, until_next_deadline_ms());
    for (int i = 0; i < count; ++i)
      on_ready(ready[i].data.u64);
    for (auto& wish : shared->take())
      wish(*this);
    run_deadlines();
    link.tick(!children.empty());
  }
  {
    std::lock_guard lock(shared->mutex);
    shared->closed = true;
  }
  // Starts that came after the wish to stop: they, too, hear of their end.
  for (auto& wish : shared->take())
    wish(*this);
  link.close(); // Ends and reaps all there is.
  finish_all();
}

void process_host::thread_state::on_ready(uint64_t tag) {
  if (tag == wake_tag) {
    uint64_t ignored = 0;
    (void)!::read(shared->wake.get(), &ignored, sizeof ignored);
    return;
  }
  if (tag == spawner_tag)
    return link.receive();
  auto child = children.find(tag / first_child_tag);
  if (child == children.end())
    return;
  auto part = tag % first_child_tag;
  if (part == input_tag)
    return write_input(child->second);
  read_output(child->second, static_cast<output_stream>(part));
}

// --- starting --------------------------------------------------------------------------------

void process_host::thread_state::launch(process_key key, child_spec spec,
                                        std::shared_ptr<process_listener> listener,
                                        const std::string& packed) {
  auto& child = children[key];
  child.key = key;
  child.listener = std::move(listener);
  child.spec = std::move(spec);
  auto with = prepare_streams(child, packed);
  if (with.empty()) {
    child.status.failure = system_error(errno, "start", child.spec.argv[0]);
    return finish(children.find(key));
  }
  watch(child, output_stream::output, true);
  watch(child, output_stream::error, true);
  if (child.spec.timeout)
    deadlines.emplace(steady::now() + *child.spec.timeout, deadline{key, deadline::what::timeout});
  link.ask(key, spawner_request_kind::start, std::move(with));
}

/// Makes the child's files and pipes and keeps our ends. @return The child's ends, in the order of
/// the wire; none, and errno, if the system has not got that many.
std::vector<descriptor> process_host::thread_state::prepare_streams(running_child& child,
                                                                    const std::string& packed) {
  std::vector<descriptor> out;
  out.push_back(memory_file(packed));
  pipe_ends input;
  if (child.spec.input_from == input_mode::open)
    input = make_pipe(false);
  else if (child.spec.input_from == input_mode::bytes)
    input.read = memory_file(child.spec.input);
  else
    input.read = descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  std::string().swap(child.spec.input);
  out.push_back(std::move(input.read));
  child.input = std::move(input.write);
  for (auto from : {output_stream::output, output_stream::error}) {
    if (from == output_stream::error && child.spec.errors == error_output::merged)
      continue;
    auto ends = make_pipe(true);
    child.streams[static_cast<size_t>(from)] = std::move(ends.read);
    out.push_back(std::move(ends.write));
  }
  if (child.spec.confined)
    out.emplace_back(child.spec.workspace ? ::fcntl(child.spec.workspace->get(), F_DUPFD_CLOEXEC, 3)
                                          : -1);
  child.spec.workspace.reset();
  if (!std::ranges::all_of(out, &descriptor::is_open)) {
    auto number = errno;
    out.clear();
    errno = number;
  }
  return out;
}

// --- output ----------------------------------------------------------------------------------

void process_host::thread_state::watch(running_child& child, output_stream from, bool wanted) {
  auto part = static_cast<size_t>(from);
  auto fd = child.streams[part].get();
  if (fd < 0 || child.watched[part] == wanted)
    return;
  child.watched[part] = wanted;
  if (wanted)
    add_to(epoll, fd, EPOLLIN, tag_of(child.key, part));
  else
    ::epoll_ctl(epoll.get(), EPOLL_CTL_DEL, fd, nullptr);
}

void process_host::thread_state::read_output(running_child& child, output_stream from) {
  auto& stream = child.streams[static_cast<size_t>(from)];
  auto held = child.held->bytes.load();
  // Quiet for a moment in any case, so that many small writes come as one piece.
  watch(child, from, false);
  deadlines.emplace(steady::now() + limits::process_output_window, deadline{child.key, {}});
  if (!stream.is_open() || held >= limits::process_output_held_bytes)
    return;
  std::string bytes(std::min(read_bytes, limits::process_output_held_bytes - held), '\0');
  auto got = ::read(stream.get(), bytes.data(), bytes.size());
  if (got < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (got <= 0) {
    stream.reset();
    return;
  }
  bytes.resize(static_cast<size_t>(got));
  deliver(child, from, std::move(bytes));
}

void process_host::thread_state::deliver(running_child& child, output_stream from,
                                         std::string bytes) {
  auto size = bytes.size();
  child.status.output_size += size;
  child.held->bytes += size;
  bytes.shrink_to_fit();
  output_bytes piece(new std::string(std::move(bytes)),
                     [held = child.held, size](const std::string* text) {
                       held->bytes -= size;
                       delete text;
                     });
  child.listener->output(from, std::move(piece));
  auto most = child.spec.output_bytes_max;
  if (most == 0 || child.status.output_size <= most || child.status.flooded)
    return;
  child.status.flooded = true;
  begin_ending(child);
}

void process_host::thread_state::listen_again(process_key key) {
  auto found = children.find(key);
  if (found == children.end())
    return;
  if (found->second.held->bytes >= limits::process_output_held_bytes) {
    deadlines.emplace(steady::now() + limits::process_output_window, deadline{key, {}});
    return;
  }
  watch(found->second, output_stream::output, true);
  watch(found->second, output_stream::error, true);
}

// --- input -----------------------------------------------------------------------------------

void process_host::thread_state::add_input(process_key key, std::string bytes) {
  auto found = children.find(key);
  if (found == children.end() || !found->second.input.is_open())
    return;
  found->second.input_queue += bytes;
  write_input(found->second);
}

void process_host::thread_state::end_input(process_key key) {
  auto found = children.find(key);
  if (found == children.end())
    return;
  found->second.input_ends = true;
  write_input(found->second);
}

void process_host::thread_state::write_input(running_child& child) {
  auto& queue = child.input_queue;
  auto count = queue.empty() ? 0 : ::write(child.input.get(), queue.data(), queue.size());
  if (count < 0 && errno != EAGAIN && errno != EINTR)
    return close_child_input(child); // It reads no more.
  if (count > 0) {
    queue.erase(0, static_cast<size_t>(count));
    std::lock_guard lock(shared->mutex);
    shared->input_bytes[child.key] -= static_cast<size_t>(count);
  }
  if (queue.empty() && child.input_ends)
    return close_child_input(child);
  if (queue.empty() == !child.input_watched)
    return;
  child.input_watched = !queue.empty();
  if (child.input_watched)
    add_to(epoll, child.input.get(), EPOLLOUT, tag_of(child.key, input_tag));
  else
    ::epoll_ctl(epoll.get(), EPOLL_CTL_DEL, child.input.get(), nullptr);
}

void process_host::thread_state::close_child_input(running_child& child) {
  child.input.reset();
  child.input_queue.clear();
  std::lock_guard lock(shared->mutex);
  shared->input_bytes.erase(child.key);
}

} // namespace kodad::storage::host
