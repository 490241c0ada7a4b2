// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <atomic>
#include <utility>
#include <vector>

namespace tenfold::app {

/// Carries values from threads of idle priority to the window's, without a lock: a thread that runs
/// only when nobody else wants to may be stopped anywhere, and the window must not wait for it to
/// go on. Whoever posts bounds how much is on its way.
template <class T>
class Mailbox {
public:
    Mailbox() = default;
    Mailbox(const Mailbox&) = delete;
    Mailbox& operator=(const Mailbox&) = delete;
    ~Mailbox() { takeAll(); }

    /// From any thread.
    void push(T value) {
        auto* node = new Node{std::move(value), m_last.load(std::memory_order_relaxed)};
        while (!m_last.compare_exchange_weak(node->before, node, std::memory_order_release,
                                             std::memory_order_relaxed)) {
        }
    }
    /// What came since the last call, in order. From one thread.
    std::vector<T> takeAll() {
        std::vector<T> out;
        for (Node* node = m_last.exchange(nullptr, std::memory_order_acquire); node;) {
            out.push_back(std::move(node->value));
            delete std::exchange(node, node->before);
        }
        std::reverse(out.begin(), out.end());
        return out;
    }

private:
    struct Node {
        T value;
        Node* before;
    };
    std::atomic<Node*> m_last{nullptr};
};

}  // namespace tenfold::app
