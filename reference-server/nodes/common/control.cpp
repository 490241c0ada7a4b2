// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/common/control.h"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>

namespace tenfold::nodes {

using nlohmann::json;

ControlChannel::ControlChannel(int expectedParentPid) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    // The parent may have died before the line above: then nobody will signal us.
    if (expectedParentPid > 0 && ::getppid() != expectedParentPid) ::_exit(3);
    ::signal(SIGPIPE, SIG_IGN);
    // Ctrl-C on a terminal reaches the whole process group; the supervisor decides what it means.
    ::signal(SIGINT, SIG_IGN);
}

bool ControlChannel::readLine(std::string& line) {
    // A start line is some ten kilobytes; what never ends is not a command.
    constexpr std::size_t kMaxLineBytes = 16 << 20;
    while (m_buffer.size() < kMaxLineBytes) {
        const auto newline = m_buffer.find('\n');
        if (newline != std::string::npos) {
            line = m_buffer.substr(0, newline);
            m_buffer.erase(0, newline + 1);
            return true;
        }
        char chunk[65536];
        const ssize_t n = ::read(STDIN_FILENO, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        m_buffer.append(chunk, static_cast<std::size_t>(n));
    }
    return false;
}

json ControlChannel::readStart() {
    std::string line;
    if (!readLine(line)) throw std::runtime_error("end of input before the start line");
    return json::parse(line);
}

void ControlChannel::run(const std::function<void(const json&)>& handler) {
    std::string line;
    while (readLine(line)) {
        json command;
        try {
            command = json::parse(line);
            handler(command);
        } catch (const std::exception& e) {
            emit({{"error", e.what()},
                  {"cmd", command.is_object() ? command.value("cmd", "") : ""}});
        }
    }
}

void ControlChannel::emit(const json& line) {
    std::string text = line.dump(-1, ' ', false, json::error_handler_t::replace);
    text += '\n';
    std::lock_guard lock(m_mutex);
    std::size_t done = 0;
    while (done < text.size()) {
        const ssize_t n = ::write(STDOUT_FILENO, text.data() + done, text.size() - done);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return;  // the supervisor is gone; end of stdin will tell
        done += static_cast<std::size_t>(n);
    }
}

NodeIdentity identityFrom(const json& start) {
    NodeIdentity n;
    n.id = start.at("id").get<std::string>();
    n.role = start.at("role").get<std::string>();
    n.clock.t0Ns = start.at("t0_ns").get<std::int64_t>();
    n.secret = start.value("secret", "");
    n.seed = start.value("seed", std::uint64_t{0});
    return n;
}

void runWithoutDesign(ControlChannel& control, std::atomic<std::uint64_t>& version,
                      const std::function<bool(const json&)>& other) {
    control.run([&](const json& command) {
        if (other && other(command)) return;
        const auto cmd = command.at("cmd").get<std::string>();
        const auto v = command.at("version").get<std::uint64_t>();
        if (cmd == "prepare") {
            control.emit({{"prepared", v}});
        } else if (cmd == "publish") {
            version = v;
            control.emit({{"published", v}});
        } else if (cmd == "retire") {
            control.emit({{"retired", v}});
        } else {
            throw std::runtime_error("this node does not know the command " + cmd);
        }
    });
}

void Versions::prepare(std::uint64_t version, scenario::Design design) {
    std::lock_guard lock(m_mutex);
    m_entries[version] = std::make_shared<const Entry>(Entry{version, std::move(design)});
}

void Versions::publish(std::uint64_t version) {
    std::lock_guard lock(m_mutex);
    m_current = m_entries.at(version);
}

void Versions::retire(std::uint64_t version) {
    std::lock_guard lock(m_mutex);
    m_entries.erase(m_entries.begin(), m_entries.lower_bound(version));
}

std::shared_ptr<const Versions::Entry> Versions::current() const {
    std::lock_guard lock(m_mutex);
    return m_current;
}

std::shared_ptr<const Versions::Entry> Versions::of(std::uint64_t version) const {
    std::lock_guard lock(m_mutex);
    const auto it = m_entries.find(version);
    return it == m_entries.end() ? m_current : it->second;
}

}  // namespace tenfold::nodes
