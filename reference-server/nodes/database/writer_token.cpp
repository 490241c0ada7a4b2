// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/database/writer_token.h"

#include <algorithm>

namespace tenfold::nodes {

void WriterToken::acquire(Owner owner, Granted granted) {
    if (m_holder) {
        m_line.push_back({owner, std::move(granted)});
        return;
    }
    m_holder = owner;
    m_since = measure::monotonicNow();
    granted();
}

void WriterToken::release(Owner owner) {
    if (m_holder != owner || !owner) return;
    m_held += measure::monotonicNow() - m_since;
    m_holder = nullptr;
    if (m_line.empty()) return;
    Waiter next = std::move(m_line.front());
    m_line.pop_front();
    acquire(next.owner, std::move(next.granted));
}

void WriterToken::forget(Owner owner) {
    std::erase_if(m_line, [&](const Waiter& w) { return w.owner == owner; });
    release(owner);
}

measure::Nanos WriterToken::heldNs(measure::Nanos now) const {
    return m_held + (m_holder ? now - m_since : 0);
}

}  // namespace tenfold::nodes
