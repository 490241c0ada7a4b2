// SPDX-License-Identifier: GPL-3.0-or-later
// What an event costs, by queue and by number of events pending, and what a draw costs. The hold
// model (Jones 1986): take the next event, schedule one an exponential time later; the time is CPU
// time of this process for both together, without the draw, whose values are made before. Prints
// Markdown.
#include <ctime>

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "simulator/kernel/event_queue.h"
#include "simulator/random/stream.h"
#include "simulator/random/ziggurat.h"
#include "tests/bench/kernel/queues.h"

namespace {

using tenfold::bench::Nanos;
using tenfold::bench::Payload;
using tenfold::random::Stream;

constexpr Nanos kMeanNs = 4'000'000;
constexpr std::size_t kDraws = 1 << 16;

class Chosen : public tenfold::kernel::EventQueue<Payload> {
public:
    Chosen(std::size_t pending, Nanos) { reserve(pending); }
};

double cpuSeconds() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

struct Held {
    double nsEach;
    Nanos end;  // the same for every queue, or one of them is wrong
};

template <class Queue>
Held hold(std::size_t pending, const std::vector<Nanos>& draws) {
    Queue queue(pending, kMeanNs);
    for (std::size_t i = 0; i < pending; ++i) queue.push(draws[i % kDraws], {i, i});
    const std::size_t steps = 6'000'000;
    Nanos at = 0;
    double begin = 0;
    for (std::size_t i = 0; i < steps + steps / 4; ++i) {
        if (i == steps / 4) begin = cpuSeconds();
        const Payload p = queue.pop(at);
        queue.push(at + draws[(i * 7 + pending) % kDraws], p);
    }
    return {(cpuSeconds() - begin) / static_cast<double>(steps) * 1e9, at};
}

template <class Draw>
double drawNs(Draw draw) {
    constexpr int kTimes = 30'000'000;
    double sum = 0;
    const double begin = cpuSeconds();
    for (int i = 0; i < kTimes; ++i) sum += draw();
    const double ns = (cpuSeconds() - begin) / kTimes * 1e9;
    // Used, so that the loop is not left out.
    if (sum < 0) fmt::print("never\n");
    return ns;
}

}  // namespace

int main() {
    Stream stream(1, "hold");
    std::vector<Nanos> draws(kDraws);
    for (auto& d : draws) d = static_cast<Nanos>(stream.exponential(kMeanNs));
    fmt::print(
        "| events pending | EventQueue (4-ary) | std::priority_queue | pairing heap | calendar |\n"
        "|---|---|---|---|---|\n");
    for (const std::size_t pending : {std::size_t{50}, std::size_t{1'000}, std::size_t{100'000}}) {
        const std::array<Held, 4> all{hold<Chosen>(pending, draws),
                                      hold<tenfold::bench::StandardHeap>(pending, draws),
                                      hold<tenfold::bench::PairingHeap>(pending, draws),
                                      hold<tenfold::bench::Calendar>(pending, draws)};
        std::string row = fmt::format("| {} ", pending);
        for (const auto& h : all) {
            if (h.end != all[0].end) fmt::print("WRONG: {} instead of {}\n", h.end, all[0].end);
            row += fmt::format("| {:.1f} ns ", h.nsEach);
        }
        fmt::print("{}|\n", row);
    }
    Stream a(1, "draw"), b(1, "draw");
    fmt::print("\n| exponential draw | |\n|---|---|\n| ziggurat | {:.1f} ns |\n",
               drawNs([&] { return tenfold::random::standardExponential(a); }));
    fmt::print("| logarithm | {:.1f} ns |\n", drawNs([&] { return b.exponential(1); }));
    return 0;
}
