// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/tier_chips.h"

#include <QHBoxLayout>

#include "app/twin/prediction_words.h"

namespace tenfold::app {

TierChips::TierChips(const Predictions& predictions, QWidget* parent)
    : QWidget(parent), m_predictions(predictions) {
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    m_caption = makeLabel({}, TextRole::small, "muted");
    layout->addWidget(m_caption);
    m_range = makeLabel({}, TextRole::strong);
    layout->addWidget(m_range);
    m_breaks = makeLabel({}, TextRole::small, "muted");
    layout->addWidget(m_breaks);
    layout->addSpacing(8);
    for (std::size_t i = 0; i < m_chips.size(); ++i) {
        auto& chip = m_chips[i];
        chip.frame = makeFrame("chip");
        auto* row = new QHBoxLayout(chip.frame);
        row->setContentsMargins(9, 3, 10, 3);
        row->setSpacing(6);
        chip.sign = makeLabel({}, TextRole::small);
        row->addWidget(chip.sign);
        row->addWidget(makeLabel(PredictionBoard::kTiers[i], TextRole::strong));
        chip.word = makeLabel({}, TextRole::small, "muted");
        row->addWidget(chip.word);
        layout->addWidget(chip.frame);
    }
    connect(&m_predictions, &Predictions::changed, this, &TierChips::refresh);
    refresh();
}

void TierChips::setNarrow(bool isNarrow) {
    if (isNarrow == m_isNarrow) return;
    m_isNarrow = isNarrow;
    refresh();
}

void TierChips::refreshKnee() {
    const auto* knee = m_predictions.knee();
    const QString breaks = knee ? limitTitle(QString::fromUtf8(knee->firstToBreak.data())) : "";
    QString caption, range;
    if (!knee) {
        caption = tr("predicted to hold to");
        range = "…";
    } else if (knee->holdsTo <= 0) {
        caption = tr("predicted to fail");
        range = tr("at any load");
    } else {
        const QString words = QString::fromUtf8(knee->words.data());
        caption = tr("predicted to hold to");
        // "holds to 120k–133k users", "holds beyond 100M users"
        range = words.section(' ', 2, 2);
        if (knee->failsFrom <= 0) caption = tr("predicted to hold beyond");
    }
    const bool hasBreaks = !breaks.isEmpty() && !m_isNarrow;
    setTextIfNew(m_caption, caption);
    setTextIfNew(m_range, range);
    setTextIfNew(m_breaks, hasBreaks ? tr("then %1").arg(breaks) : QString());
    m_breaks->setVisible(hasBreaks);
    QString tip =
        tr("Daily users, on the machines of now, as the twin sees it: the search ends "
           "when the range is a tenth wide.");
    if (knee)
        tip = QString::fromUtf8(knee->words.data()) +
              (breaks.isEmpty() ? QString() : tr("; first to break: %1").arg(breaks)) + ". " + tip;
    for (auto* label : {m_caption, m_range, m_breaks}) label->setToolTip(tip);
    m_range->setAccessibleName(tip);
}

void TierChips::refresh() {
    const bool isOff = m_predictions.state() == Predictions::State::off;
    setVisible(!isOff);
    if (isOff) return;
    refreshKnee();
    for (std::size_t i = 0; i < m_chips.size(); ++i) {
        auto& chip = m_chips[i];
        const auto* digest = m_predictions.tier(i);
        const bool isKnown =
            digest && (digest->holds == judge::Holds::yes || digest->holds == judge::Holds::no);
        const bool isHeld = isKnown && digest->holds == judge::Holds::yes;
        setTextIfNew(chip.sign, !isKnown ? "○" : isHeld ? "✔" : "✖");
        setKind(chip.sign, !isKnown ? "faint" : isHeld ? "good" : "bad");
        const bool isAsked = !digest && !m_predictions.isTierUnknown(i);
        setTextIfNew(
            chip.word,
            isAsked ? QString("…") : holdsWord(digest ? digest->holds : judge::Holds::notYetKnown));
        const QString tier = PredictionBoard::kTiers[i];
        const QString tip = isAsked   ? tr("The twin tries this design at %1.").arg(tier)
                            : !digest ? tr("This design cannot be simulated at %1.").arg(tier)
                                      : tr("This design at %1, on that tier's machines: %2")
                                            .arg(tier, intervalWords(*digest));
        chip.frame->setToolTip(tip);
        chip.frame->setAccessibleName(tip);
    }
}

}  // namespace tenfold::app
