// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>

#include "simulator/measure/clock.h"
#include "simulator/scenario/design.h"

namespace tenfold::nodes {

/// The line to the supervisor: commands come in on stdin, one JSON object a line, answers and
/// samples go out on stdout the same way, and nowhere else. Owned by main(); emit() is safe from
/// any thread.
///
/// Start line: {"cmd":"start","id","role","t0_ns","version","design":{…},"hardware":{…},"seed",
/// "secret","peers":{…}, …role-specific}. The node answers {"ready":true,"port":N,"metrics_port":N}
/// or {"fatal":"reason"} and ends with exit code 3.
///
/// Then: {"cmd":"prepare","version","design","hardware","peers"} → {"prepared":version,"detail"?};
/// {"cmd":"publish","version"} → {"published":version}; {"cmd":"retire","version"} →
/// {"retired":version,"detail"?}. Role-specific commands stand in the role's header. End of stdin
/// ends the node. Samples: {"sample":{…measure::Sample…}}.
class ControlChannel {
public:
    /// Asks the kernel to end this process with its parent, and ends it now if the parent is gone.
    explicit ControlChannel(int expectedParentPid);

    /// Blocks for the start line. Throws std::runtime_error on end of input or malformed JSON.
    nlohmann::json readStart();
    /// Reads commands until end of input; each is handed to the handler on the calling thread. What
    /// a handler throws is emitted as {"error":what,"cmd":…}.
    void run(const std::function<void(const nlohmann::json&)>& handler);
    void emit(const nlohmann::json& line);

private:
    bool readLine(std::string& line);
    std::mutex m_mutex;  // of stdout
    std::string m_buffer;
};

/// What the start line says that every node needs.
struct NodeIdentity {
    std::string id;
    std::string role;
    measure::SlotClock clock;
    std::string secret;  // per-run hop secret and key of tokens and cookies
    std::uint64_t seed = 0;
};
NodeIdentity identityFrom(const nlohmann::json& start);

/// Runs the commands of a node to which no design means anything: it has nothing to prepare or to
/// retire, and carries the version that was published last. `other`: takes a command of its own and
/// returns true; false for one it does not know, which is refused.
void runWithoutDesign(ControlChannel& control, std::atomic<std::uint64_t>& version,
                      const std::function<bool(const nlohmann::json&)>& other = {});

/// The designs of the versions still in use. Readers take a snapshot without waiting for writers.
class Versions {
public:
    struct Entry {
        std::uint64_t version = 0;
        scenario::Design design;
    };
    void prepare(std::uint64_t version, scenario::Design design);
    /// Requests that enter from now on carry this version.
    void publish(std::uint64_t version);
    /// Forgets versions older than this.
    void retire(std::uint64_t version);

    std::shared_ptr<const Entry> current() const;
    /// The design of a request that entered with an older version; the current one when that
    /// version is unknown here (this node was started later).
    std::shared_ptr<const Entry> of(std::uint64_t version) const;

private:
    mutable std::mutex m_mutex;
    std::map<std::uint64_t, std::shared_ptr<const Entry>> m_entries;
    std::shared_ptr<const Entry> m_current;
};

}  // namespace tenfold::nodes
