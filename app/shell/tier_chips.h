// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QLabel>
#include <array>

#include "app/theme/theme.h"
#include "app/theme/widgets.h"
#include "app/twin/predictions.h"

namespace tenfold::app {

/// What the twin says of this design: up to how many users it holds and what breaks first, and
/// whether it holds at each tier on that tier's machines.
class TierChips : public QWidget {
    Q_OBJECT
public:
    TierChips(const Predictions& predictions, QWidget* parent = nullptr);
    QString knee() const { return m_range->text(); }
    QString chip(std::size_t tier) const { return m_chips[tier].word->text(); }
    QString chipTip(std::size_t tier) const { return m_chips[tier].frame->toolTip(); }
    /// In a narrow window what breaks first stands in the tool tip only.
    void setNarrow(bool isNarrow);

private:
    struct Chip {
        QFrame* frame = nullptr;
        QLabel* sign = nullptr;
        QLabel* word = nullptr;
    };
    void refresh();
    void refreshKnee();

    const Predictions& m_predictions;
    QLabel* m_caption;
    QLabel* m_range;
    QLabel* m_breaks;
    std::array<Chip, 3> m_chips;
    bool m_isNarrow = false;
};

}  // namespace tenfold::app
