// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/tiles.h"

#include <QHBoxLayout>
#include <cmath>

#include "app/theme/words.h"

namespace tenfold::app {

namespace {

// By what their longest words need: "1,540 of 2,315 /s", "p95 wait · 10 s".
constexpr int kShares[] = {26, 21, 31, 23, 21};

QString firstThatFits(const QStringList& texts, const QFontMetrics& metrics, int room,
                      const QString& otherwise) {
    for (const auto& text : texts)
        if (metrics.horizontalAdvance(text) <= room) return text;
    return otherwise;
}

}  // namespace

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
        // Fixed shares: a longer number must not push its neighbours about.
        card->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
        layout->addWidget(card, kShares[&tile - m_tiles.data()]);
    }
    // Titles change with the room they have.
    setMinimumHeight(sizeHint().height());
    connect(&m_run, &RunModel::ticked, this, &Tiles::refresh);
    connect(&m_run, &RunModel::restarted, this, &Tiles::refresh);
    connect(&m_run, &RunModel::phaseChanged, this, &Tiles::refresh);
    refresh();
}

void Tiles::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    layout()->activate();
    refresh();
}

void Tiles::show(std::size_t i, const QStringList& titles, const QStringList& values,
                 const QStringList& extras, Tone tone, const QString& against) {
    Tile& tile = m_tiles[i];
    const int room = tile.title->parentWidget()->width() - 26;
    tile.title->setText(firstThatFits(titles, tile.title->fontMetrics(), room, titles.last()));
    const auto metrics = tile.value->fontMetrics();
    const QString value = firstThatFits(values, metrics, room, values.last());
    setTextIfNew(tile.value, value);
    const int left = room - metrics.horizontalAdvance(value) - 12;
    const QString extra = firstThatFits(extras, tile.extra->fontMetrics(), left, {});
    tile.extra->setText(extra);
    // An empty label would still keep some room from the figure.
    tile.extra->setVisible(!extra.isEmpty());
    setKind(tile.value, tone == Tone::bad ? "bad" : tone == Tone::settling ? "faint" : "");
    QString all = titles.first() + ": " + values.first();
    if (!extras.isEmpty()) all += ", " + extras.first();
    if (!against.isEmpty()) all += "; " + against;
    if (tile.value->accessibleName() == all) return;
    tile.value->setAccessibleName(all);
    tile.title->parentWidget()->setToolTip(all);
}

QString Tiles::changeOfP95() const {
    const Figures& f = m_run.figures();
    const auto* before = m_run.baseline();
    if (!before || !before->p95 || !f.p95) return {};
    // Both at the limit of patience: how they compare nobody knows.
    if (before->isP95Censored && f.isP95Censored) return {};
    const QString bound = f.isP95Censored ? "≥ " : before->isP95Censored ? "≤ " : "";
    const QString times = timesText(*f.p95, *before->p95);
    return times.isEmpty() ? times : bound + times;
}

void Tiles::refresh() {
    const Figures& f = m_run.figures();
    const auto& objective = m_run.scenario().objective;
    const QString seconds = QString::number(f.windowS, 'f', f.windowS < 9.9 ? 1 : 0);
    const auto titled = [&](const QString& name) {
        if (f.windowS <= 0) return QStringList{name};
        if (m_run.isSimulated())
            return QStringList{tr("%1 · simulated, last %2 s").arg(name, seconds),
                               tr("%1 · simulated").arg(name), tr("%1 · sim.").arg(name)};
        return QStringList{tr("%1 · last %2 s").arg(name, seconds),
                           tr("%1 · %2 s").arg(name, seconds)};
    };
    const QString none = "–";
    const bool hasData = f.ended > 0;
    const double left = m_run.settlingLeftS();
    // Users who were sent away make no difference a design made.
    const bool isRunning = m_run.phase() == engine::Phase::running;
    const auto* before = hasData && isRunning ? m_run.baseline() : nullptr;
    const auto against = [&](const QString& figure) {
        return before ? tr("%1 %2").arg(figure, before->name) : QString();
    };

    // The percentile's window still fills; counts follow within two seconds and need no such word.
    const QString p95 = f.p95 ? (f.isP95Censored ? "≥ " : "") + milliseconds(*f.p95) : none;
    const QString n = tr("n %1").arg(count(static_cast<double>(f.n)));
    QStringList titles = titled(tr("p95 wait"));
    QStringList extras;
    const QString change = before ? changeOfP95() : QString();
    if (hasData && !f.p95) {
        extras << tr("%1 of %2 samples").arg(f.n).arg(kSamplesForP95)
               << tr("%1 of %2").arg(f.n).arg(kSamplesForP95);
    } else if (left > 0) {
        const QString wait = QString::number(std::ceil(left), 'f', 0);
        titles = QStringList{tr("p95 wait · settling %1 s").arg(wait),
                             tr("p95 · settling %1 s").arg(wait), tr("p95 · settling")};
        extras << tr("%1 s · %2").arg(seconds, n) << n;
    } else if (f.p95) {
        titles = QStringList{titles[0] + " · " + n, titles[1] + " · " + n,
                             m_run.isSimulated() ? tr("p95 · sim. · %1").arg(n)
                                                 : tr("p95 · %1 s · %2").arg(seconds, n)} +
                 titles;
        if (!change.isEmpty()) extras << change;
    }
    const bool isSlow = f.p95 && *f.p95 > objective.p99Ms;
    show(0, titles, {p95}, extras,
         left > 0 ? Tone::settling
         : isSlow ? Tone::bad
                  : Tone::plain,
         before && before->p95 ? against(milliseconds(*before->p95)) : QString());

    const QString commonest = QString::fromStdString(commonestFailure(f.all.users));
    extras.clear();
    if (before && percent(before->failedRatio) != percent(f.failedRatio)) {
        const QString from =
            tr("%1 from %2")
                .arg(f.failedRatio > before->failedRatio ? "▲" : "▼", percent(before->failedRatio));
        if (!commonest.isEmpty()) extras << from + " · " + commonest;
        extras << from;
    }
    if (!commonest.isEmpty()) extras << commonest;
    const bool isFailing = hasData && f.failedRatio > 1 - objective.answeredRatio;
    const Tone failing = isFailing ? Tone::bad : Tone::plain;
    show(1, titled(tr("failed")), {hasData ? percent(f.failedRatio) : none}, extras, failing,
         before ? against(percent(before->failedRatio)) : QString());

    const bool hasRate = f.windowS > 0 && f.offeredHz > 0;
    const QString answered =
        hasRate ? tr("%1 of %2").arg(perSecond(f.answeredHz), perSecond(f.offeredHz)) : none;
    extras.clear();
    if (before && hasRate) extras << timesText(f.answeredHz, before->answeredHz);
    show(2, titled(tr("answered")),
         {hasRate ? answered + " /s" : none, answered, perSecond(f.answeredHz) + " /s"}, extras,
         failing, before ? against(perSecond(before->answeredHz) + " /s") : QString());

    const auto& server = f.all.server;
    const bool hasServer = server.requests > 0 && f.windowS > 0;
    extras.clear();
    if (hasServer) {
        const QString rate =
            tr("%1 /s").arg(compact(static_cast<double>(server.statements) / f.windowS));
        const QString times =
            before ? timesText(f.statementsPerRequest, before->statementsPerRequest) : QString();
        if (!times.isEmpty()) extras << times + " · " + rate << times;
        extras << rate;
    }
    const bool isSimulated = m_run.isSimulated();
    show(3,
         isSimulated
             ? QStringList{tr("statements per request · simulated"), tr("statements / req · sim."),
                           tr("statements · sim."), tr("per req · sim.")}
             : QStringList{tr("statements per request"), tr("statements / req")},
         {hasServer ? compact(f.statementsPerRequest) : none}, extras, Tone::plain,
         before ? against(compact(before->statementsPerRequest)) : QString());

    const bool hasCores = f.primaryCores > 0;
    show(4,
         isSimulated ? QStringList{tr("primary CPU · simulated"), tr("primary CPU · sim."),
                                   tr("CPU · sim.")}
                     : QStringList{tr("primary CPU asked for"), tr("primary CPU")},
         {hasCores ? tr("%1 of %2").arg(f.askedCores, 0, 'f', 1).arg(f.primaryCores, 0, 'f', 0)
                   : none},
         hasCores ? QStringList{tr("cores")} : QStringList{},
         hasCores && f.askedCores >= 0.95 * f.primaryCores ? Tone::bad : Tone::plain);
}

}  // namespace tenfold::app
