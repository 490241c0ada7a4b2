// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/checklist/checklist_dialog.h"

#include <QPushButton>
#include <QVBoxLayout>

#include "app/theme/widgets.h"
#include "app/theme/words.h"

namespace tenfold::app {

using study::Derived;

namespace {

constexpr int kLookMs = 200;

QString text(std::string_view s) {
    return QString::fromUtf8(s.data(), static_cast<qsizetype>(s.size()));
}

const char* kindOf(Derived derived) {
    switch (derived) {
        case Derived::required:
        case Derived::oneOf:
            return "cellRequired";
        case Derived::helpful:
        case Derived::recommended:
            return "cellHelpful";
        case Derived::optional:
        case Derived::unknown:
            break;
    }
    return "cellOptional";
}

/// "Required", and what the article says where it says something else.
QString cellText(const study::ChecklistCell& cell) {
    const QString derived = text(titleOf(cell.derived));
    if (cell.agrees() || cell.derived == Derived::unknown) return derived;
    return QObject::tr("%1  ≠  %2").arg(derived, text(cell.article));
}

}  // namespace

ChecklistDialog::ChecklistDialog(ChecklistWorker::Derive derive, QWidget* parent)
    : QDialog(parent) {
    setWindowTitle(tr("Checklist"));
    setObjectName("checklist");
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(20, 16, 20, 16);
    outer->setSpacing(8);
    outer->addWidget(makeLabel(tr("What each size needs"), TextRole::title));
    m_state = makeLabel({}, TextRole::small, "muted");
    m_state->setWordWrap(true);
    outer->addWidget(m_state);
    m_grid = new QGridLayout;
    m_grid->setHorizontalSpacing(6);
    m_grid->setVerticalSpacing(4);
    outer->addLayout(m_grid);
    auto* frame = makeFrame("sunken");
    auto* box = new QVBoxLayout(frame);
    box->setContentsMargins(12, 10, 12, 10);
    m_evidence = makeLabel({}, TextRole::small);
    m_evidence->setWordWrap(true);
    m_evidence->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_evidence->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    m_evidence->setMinimumHeight(7 * m_evidence->fontMetrics().lineSpacing());
    box->addWidget(m_evidence);
    outer->addWidget(frame, 1);
    resize(charsWide(118), charsWide(76));

    m_worker = std::make_unique<ChecklistWorker>(std::move(derive));
    m_since.start();
    connect(&m_look, &QTimer::timeout, this, &ChecklistDialog::look);
    m_look.start(kLookMs);
    look();
}

ChecklistDialog::~ChecklistDialog() = default;

void ChecklistDialog::done(int result) {
    QDialog::done(result);
    m_isClosed = true;
    m_worker->cancel();
    m_look.start(kLookMs);
}

void ChecklistDialog::look() {
    if (m_isClosed) {
        if (m_worker->isDone()) deleteLater();
        return;
    }
    if (!m_worker->isDone()) {
        setTextIfNew(m_state, tr("Asking the twin which designs hold, at three times the peak, "
                                 "through a deploy and through a year's incidents … %1 s")
                                  .arg(m_since.elapsed() / 1000));
        return;
    }
    m_look.stop();
    m_isFilled = true;
    fill(m_worker->result());
}

void ChecklistDialog::fill(const ChecklistResult& result) {
    if (!result.failure.empty()) {
        setKind(m_state, "bad");
        m_state->setText(tr("It could not be derived: %1").arg(text(result.failure)));
        return;
    }
    int row = 1;
    for (const auto& cell : result.table.tiers.front().cells)
        m_grid->addWidget(makeLabel(text(result.titles.at(cell.row)), TextRole::body), row++, 0);
    int column = 0;
    int agree = 0, derived = 0;
    for (const auto& tier : result.table.tiers) {
        addColumn(column++, tier, false);
        for (const auto& cell : tier.cells) {
            derived += cell.derived != Derived::unknown;
            agree += cell.agrees();
        }
    }
    if (result.own) addColumn(column++, *result.own, true);
    m_grid->setColumnStretch(0, 1);
    m_state->setText(tr("Derived in %1 s from simulated designs; %2 of %3 cells say what the "
                        "article says, ≠ marks the others. A click on a cell says why.")
                         .arg(result.table.seconds, 0, 'f', 1)
                         .arg(agree)
                         .arg(derived));
    m_evidence->setText(evidenceOf(result.table.tiers.front()));
}

void ChecklistDialog::addColumn(int column, const study::ChecklistTier& tier, bool isOwn) {
    const auto addButton = [&](int row, const QString& words, const char* kind,
                               const QString& evidence) {
        auto* button = new QPushButton(words);
        button->setProperty("kind", kind);
        button->setCheckable(true);
        button->setAutoExclusive(true);
        connect(button, &QPushButton::clicked, this,
                [this, evidence] { m_evidence->setText(evidence); });
        m_grid->addWidget(button, row, column + 1);
    };
    const QString users = text(tier.tier);
    addButton(0, isOwn ? tr("yours: %1").arg(users) : users, "cellHead", evidenceOf(tier));
    int row = 1;
    for (const auto& cell : tier.cells)
        addButton(row++, cellText(cell), kindOf(cell.derived), evidenceOf(cell));
}

QString ChecklistDialog::evidenceOf(const study::ChecklistTier& tier) const {
    QStringList lines;
    lines << tr("At %1 users %2 minutes a year may be lost.")
                 .arg(text(tier.tier), count(tier.budgetMinutes));
    const auto& names = m_worker->result().names;
    if (tier.smallest.minimal.empty()) lines << tr("No design of these choices holds.");
    for (const auto m : tier.smallest.minimal)
        lines << tr("Smallest that holds: %1; fails %2 minutes a year.")
                     .arg(text(names.at(m)), count(tier.smallest.trials.at(m).totalErrorMinutes()));
    lines << tr("%1 designs simulated, %2 refused by their least demand, %3 larger than one that "
                "holds.")
                 .arg(tier.smallest.simulated)
                 .arg(tier.smallest.refused)
                 .arg(tier.smallest.skipped);
    return lines.join("\n");
}

QString ChecklistDialog::evidenceOf(const study::ChecklistCell& cell) const {
    QStringList lines;
    const auto& titles = m_worker->result().titles;
    lines << tr("%1 at %2: %3.")
                 .arg(text(titles.at(cell.row)), text(cell.tier), text(titleOf(cell.derived)));
    lines << tr("The article says %1.").arg(text(cell.article));
    if (!cell.decidedBy.empty()) lines << tr("Decided by: %1.").arg(text(cell.decidedBy));
    if (!cell.substitute.empty())
        lines << tr("Other designs have in its place: %1.").arg(text(cell.substitute));
    if (!cell.why.empty()) lines << text(cell.why);
    for (const auto& i : cell.improvements)
        lines << tr("%1%2 × %3 (%4 to %5), added to %6")
                     .arg(i.isHelpful ? "✔ " : "– ", text(i.what))
                     .arg(i.ratio.value, 0, 'f', 2)
                     .arg(i.ratio.low, 0, 'f', 2)
                     .arg(i.ratio.high, 0, 'f', 2)
                     .arg(text(i.onto));
    return lines.join("\n");
}

QAbstractButton* ChecklistDialog::cell(int row, int column) const {
    auto* item = m_grid->itemAtPosition(row + 1, column + 1);
    return item ? qobject_cast<QAbstractButton*>(item->widget()) : nullptr;
}

}  // namespace tenfold::app
