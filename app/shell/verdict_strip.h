// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QLabel>
#include <QPushButton>

#include "app/run/run_model.h"
#include "app/shell/tier_chips.h"
#include "app/theme/widgets.h"

namespace tenfold::app {

/// Does it hold, and what broke first; or, when there is no verdict, why not and what to do.
class VerdictStrip : public QFrame {
    Q_OBJECT
public:
    VerdictStrip(RunModel& run, const Predictions& predictions, const ThemeSource& theme,
                 QWidget* parent = nullptr);
    TierChips& chips() { return *m_chips; }
    QString headline() const { return m_headline->text(); }
    QString sentence() const { return m_sentence->text(); }

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    enum class Tone { calm, good, bad, warn };
    void refresh();
    void say(Tone tone, const QString& headline, const QString& sentence);
    void sayVerdict();
    QString deadNodes() const;

    RunModel& m_run;
    const ThemeSource& m_theme;
    QLabel* m_dot;
    QLabel* m_headline;
    QLabel* m_badge;
    TierChips* m_chips;
    ElidedLabel* m_sentence;
    QLabel* m_dead;
    QPushButton* m_retry;
    Tone m_tone = Tone::calm;
};

}  // namespace tenfold::app
