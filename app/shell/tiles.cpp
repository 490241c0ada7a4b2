// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/tiles.h"

#include <QHBoxLayout>

#include "app/theme/words.h"

namespace tenfold::app {

Tiles::Tiles(RunModel& run, QWidget* parent) : QWidget(parent), m_run(run) {
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(10);
    for (auto& tile : m_tiles) {
        auto* card = makeFrame("card");
        auto* box = new QVBoxLayout(card);
        box->setContentsMargins(13, 8, 12, 8);
        box->setSpacing(1);
        tile.title = new ElidedLabel;
        tile.title->setFont(fontFor(TextRole::small));
        tile.title->setProperty("kind", "muted");
        box->addWidget(tile.title);
        auto* row = new QHBoxLayout;
        row->setSpacing(8);
        tile.value = makeLabel({}, TextRole::figure);
        row->addWidget(tile.value);
        tile.extra = new ElidedLabel;
        tile.extra->setFont(fontFor(TextRole::small));
        tile.extra->setProperty("kind", "faint");
        tile.extra->setAlignment(Qt::AlignRight | Qt::AlignBottom);
        row->addWidget(tile.extra, 1);
        box->addLayout(row);
        layout->addWidget(card, 1);
    }
    // Titles change with the room they have.
    setMinimumHeight(sizeHint().height());
    connect(&m_run, &RunModel::ticked, this, &Tiles::refresh);
    connect(&m_run, &RunModel::restarted, this, &Tiles::refresh);
    connect(&m_run, &RunModel::phaseChanged, this, &Tiles::refresh);
    refresh();
}

void Tiles::show(std::size_t i, const QString& title, const QString& shortTitle,
                 const QString& value, const QString& extra, bool isBad) {
    Tile& tile = m_tiles[i];
    const int room = tile.title->parentWidget()->width() - 26;
    const bool isLongFine = tile.title->fontMetrics().horizontalAdvance(title) <= room;
    tile.title->setText(isLongFine ? title : shortTitle);
    setTextIfNew(tile.value, value);
    const int used = tile.value->fontMetrics().horizontalAdvance(value) + 12;
    const bool isExtraFine = used + tile.extra->fontMetrics().horizontalAdvance(extra) <= room;
    tile.extra->setText(isExtraFine ? extra : QString());
    setKind(tile.value, isBad ? "bad" : "");
    const QString all = title + ": " + value + (extra.isEmpty() ? "" : ", " + extra);
    if (tile.value->accessibleName() == all) return;
    tile.value->setAccessibleName(all);
    tile.title->parentWidget()->setToolTip(all);
}

void Tiles::refresh() {
    const Figures& f = m_run.figures();
    const auto& objective = m_run.scenario().objective;
    const QString seconds = QString::number(f.windowS, 'f', f.windowS < 9.9 ? 1 : 0);
    const QString window = f.windowS > 0 ? tr(" · last %1 s").arg(seconds) : "";
    const QString brief = f.windowS > 0 ? tr(" · %1 s").arg(seconds) : "";
    const QString none = "–";
    const bool hasData = f.ended > 0;

    const QString p95 = f.p95 ? (f.isP95Censored ? "≥ " : "") + milliseconds(*f.p95) : none;
    const QString n = f.p95 ? tr("n %1").arg(count(static_cast<double>(f.n)))
                            : tr("%1 of %2 samples").arg(f.n).arg(kSamplesForP95);
    show(0, tr("p95 wait") + window, tr("p95 wait") + brief, p95, hasData ? n : "",
         f.p95 && *f.p95 > objective.p99Ms);

    show(1, tr("failed") + window, tr("failed") + brief, hasData ? percent(f.failedRatio) : none,
         QString::fromStdString(commonestFailure(f.all.users)),
         hasData && f.failedRatio > 1 - objective.answeredRatio);

    show(2, tr("answered") + window, tr("answered") + brief,
         f.windowS > 0 && f.offeredHz > 0
             ? tr("%1 of %2 /s").arg(perSecond(f.answeredHz), perSecond(f.offeredHz))
             : none,
         {}, hasData && f.failedRatio > 1 - objective.answeredRatio);

    const auto& server = f.all.server;
    const bool hasServer = server.requests > 0 && f.windowS > 0;
    show(3, tr("statements per request"), tr("statements / req"),
         hasServer ? compact(f.statementsPerRequest) : none,
         hasServer ? tr("%1 /s").arg(compact(static_cast<double>(server.statements) / f.windowS))
                   : QString(),
         false);

    const bool hasCores = f.primaryCores > 0;
    show(4, tr("primary CPU asked for"), tr("primary CPU"),
         hasCores ? tr("%1 of %2").arg(f.askedCores, 0, 'f', 1).arg(f.primaryCores, 0, 'f', 0)
                  : none,
         hasCores ? tr("cores") : "", hasCores && f.askedCores >= 0.95 * f.primaryCores);
}

}  // namespace tenfold::app
