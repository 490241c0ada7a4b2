// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>
#include <QVBoxLayout>
#include <QWidget>

#include "app/run/run_model.h"
#include "app/theme/widgets.h"

namespace tenfold::app {

/// Why the system is as it is, in words made from the numbers, and what to try next.
class WhyTab : public QWidget {
    Q_OBJECT
public:
    explicit WhyTab(RunModel& run, QWidget* parent = nullptr);

private:
    void refresh();
    void showFigures(const std::vector<judge::Figure>& figures);
    void showSuggestions(const std::vector<judge::Suggestion>& suggestions);
    void apply(const judge::Suggestion& suggestion);

    RunModel& m_run;
    QLabel* m_title;
    QLabel* m_text;
    QFrame* m_figures;
    std::vector<QLabel*> m_values;
    QLabel* m_tryHead;
    QVBoxLayout* m_suggestions;
    // What the rows were made for; at first they are made in any case.
    QString m_figuresKey = "?";
    QString m_suggestionsKey = "?";
};

}  // namespace tenfold::app
