// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/checklist/checklist_worker.h"

#include <algorithm>

#include "app/twin/twin_source.h"
#include "simulator/engine/simulated/idle_priority.h"
#include "simulator/mechanisms/catalogue.h"

namespace tenfold::app {

ChecklistResult deriveFor(const scenario::Scenario& scenario,
                          const std::atomic<bool>& isCancelled) {
    ChecklistResult out;
    try {
        const auto& catalogue = mechanisms::catalogue();
        const auto rows = study::ChecklistRows::shipped(catalogue);
        const study::ChecklistInputs from{rows, study::IncidentTable::shipped(), scenario,
                                          system::Inputs::shipped()};
        const auto threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
        out.table =
            study::deriveChecklist(from, {"10k", "100k", "1M"}, catalogue, threads, &isCancelled);
        if (whyNoTwin(scenario).isEmpty()) out.own = study::deriveTier(from, threads, &isCancelled);
        for (const auto& choice : rows.all()) out.titles[choice.id] = choice.title;
        const auto nameAll = [&](const study::ChecklistTier& tier) {
            for (const auto m : tier.smallest.minimal) out.names[m] = rows.namesOf(m);
        };
        for (const auto& tier : out.table.tiers) nameAll(tier);
        if (out.own) nameAll(*out.own);
    } catch (const std::exception& e) {
        out.failure = e.what();
    }
    return out;
}

ChecklistWorker::ChecklistWorker(Derive derive)
    : m_thread([this, derive = std::move(derive)] {
          engine::takeIdlePriority();
          m_result = derive(m_isCancelled);
          m_isDone.store(true, std::memory_order_release);
      }) {}

ChecklistWorker::~ChecklistWorker() {
    m_isCancelled = true;
    m_thread.join();
}

}  // namespace tenfold::app
