// SPDX-License-Identifier: GPL-3.0-or-later
// The faults of a scenario, as the supervisor brings them about.
#include <utility>

#include "simulator/system/system.h"

namespace tenfold::system {

namespace {
constexpr double kSlowEmailFactor = 20;  // as the live fault
}  // namespace

void System::flag(measure::EventKind kind, std::string text, std::string detail) {
    measure::Event e;
    e.kind = kind;
    e.atMs = static_cast<double>(m_now) / 1e6;
    e.version = m_version;
    e.number = ++m_flagNumber;
    e.text = std::move(text);
    e.detail = std::move(detail);
    m_flags.push_back(std::move(e));
}

void System::flagChange(measure::EventKind kind, std::string text) {
    flag(kind, std::move(text), "");
}

std::vector<measure::Event> System::takeFlags() {
    return std::exchange(m_flags, {});
}

void System::applyTrouble() {
    m_provider.setTrouble(m_slowEmails > 0 ? kSlowEmailFactor : 1, m_failingEmails > 0 ? 1 : 0);
}

void System::applyLostReplies() {
    m_gateway.setLostReplies(m_droppedReplies > 0 ? m_scenario.workload.droppedReplyPart : 0);
}

void System::beginFault(const std::string& name, double durationS) {
    RunningFault fault{name};
    std::string detail;
    const std::string title = scenario::titleOfFault(name);
    if (name == "flash_crowd") {
        ++m_crowds;
        applyLoad();
    } else if (name == "abusive_client") {
        ++m_abusers;
        applyLoad();
    } else if (name == "slow_email") {
        ++m_slowEmails;
        applyTrouble();
    } else if (name == "failing_email") {
        ++m_failingEmails;
        applyTrouble();
    } else if (name == "drop_replies") {
        ++m_droppedReplies;
        applyLostReplies();
    } else if (name == "kill_instance") {
        fault.subject = m_api.killOne(m_now);
        if (fault.subject != kNone) detail = m_api.instances()[fault.subject]->name;
    } else if (name == "kill_replica") {
        for (std::uint32_t n = static_cast<std::uint32_t>(m_databases.replicas()); n > 0; --n)
            if (m_databases.isAlive(n)) {
                fault.subject = n;
                detail = m_databases.nameOf(n);
                m_databases.kill(n, m_now);
                m_api.databaseDied(n, m_now);
                break;
            }
    } else if (name == "auth_down") {
        if (!m_auth.isAlive()) return;
        detail = "auth";
        m_auth.kill(m_now);
    } else if (name == "flush_cache" || name == "kill_cache") {
        if (!design().hasCache || !m_isCacheAlive) return;
        detail = "cache";
        m_mechanisms.cache->clear();
        m_isCacheAlive = name == "flush_cache";
    } else if (name == "rolling_deploy") {
        if (m_isDeploying) return;
        m_isDeploying = true;
        m_api.beginDeploy(m_now);
        detail = "new instances stand beside the old";
    }
    const bool needsNode = name == "kill_instance" || name == "kill_replica";
    if (needsNode && fault.subject == kNone) return;
    ++m_version;
    m_faults.push_back(fault);
    flag(measure::EventKind::fault, title, detail);
    at(m_now + static_cast<Nanos>(durationS * 1e9), EventKind::faultEnds,
       static_cast<std::uint32_t>(m_faults.size() - 1));
}

void System::endFault(std::uint32_t index) {
    const RunningFault fault = m_faults[index];
    if (fault.name == "flash_crowd") --m_crowds;
    if (fault.name == "abusive_client") --m_abusers;
    if (fault.name == "flash_crowd" || fault.name == "abusive_client") applyLoad();
    if (fault.name == "slow_email") --m_slowEmails;
    if (fault.name == "failing_email") --m_failingEmails;
    if (fault.name == "slow_email" || fault.name == "failing_email") applyTrouble();
    if (fault.name == "drop_replies") {
        --m_droppedReplies;
        applyLostReplies();
    }
    if (fault.name == "kill_instance") m_api.revive(fault.subject, m_now);
    if (fault.name == "kill_replica") {
        m_databases.revive(fault.subject, m_now);
        m_api.allotConnections(m_now);
    }
    if (fault.name == "auth_down") m_auth.revive(m_now);
    if (fault.name == "kill_cache") m_isCacheAlive = true;  // and empty
    if (fault.name == "rolling_deploy") {
        m_isDeploying = false;
        m_api.endDeploy(m_now);
    }
    ++m_version;
    flag(measure::EventKind::faultEnded, scenario::titleOfFault(fault.name) + " ended", "");
}

}  // namespace tenfold::system
