// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>
#include <optional>

#include "app/run/run_model.h"
#include "app/twin/flip_ledger.h"
#include "app/twin/predictions.h"
#include "simulator/study/agreement_file.h"

namespace tenfold::app {

/// What is known about how far the twin can be trusted, put together once for the summary and the
/// page.
struct Trust {
    std::optional<study::AgreementFile> agreement;
    const RunModel* run = nullptr;
    const Predictions* predictions = nullptr;
    const FlipLedger* ledger = nullptr;
};

/// "p50 2 %, p95 5 %, p99 8 % off (median of 30 cells, 28 as close as the design allows)"; empty
/// when it holds no figure.
QString agreementWords(const study::AgreementPart& part);
/// What the column says below "How sure is this?": four short sentences.
QString trustSummary(const Trust& trust);
/// The whole: agreement, decisions, ledger with its last entries, other costs.
void openTrustPopover(const Trust& trust, QWidget* anchor, QWidget* owner);

}  // namespace tenfold::app
