// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <QWidget>

#include "app/run/run_model.h"
#include "app/theme/widgets.h"
#include "app/why/trust.h"

namespace tenfold::app {

/// Why the system is as it is, in words made from the numbers, and what to try next.
class WhyTab : public QWidget {
    Q_OBJECT
public:
    WhyTab(RunModel& run, const Predictions& predictions, const FlipLedger& ledger,
           QWidget* parent = nullptr);
    QPushButton* trustButton() { return m_trustButton; }
    QString trustText() const { return m_trust->text(); }
    /// What is predicted of each suggestion on screen.
    QStringList suggestionEffects() const;

private:
    void refresh();
    void showFigures(const std::vector<judge::Figure>& figures);
    void showSuggestions(const std::vector<judge::Suggestion>& suggestions);
    void showEffects();
    void showTrust();
    Trust trust() const;
    void apply(const judge::Suggestion& suggestion);

    RunModel& m_run;
    const Predictions& m_predictions;
    const FlipLedger& m_ledger;
    std::optional<study::AgreementFile> m_agreement;
    std::vector<judge::Suggestion> m_shown;  // suggestions on screen
    QLabel* m_title;
    QLabel* m_text;
    QFrame* m_figures;
    std::vector<QLabel*> m_values;
    QWidget* m_tryHead;
    QLabel* m_tryCaption;
    QPushButton* m_trustButton;
    QLabel* m_trust;
    QVBoxLayout* m_suggestions;
    // What the rows were made for; at first they are made in any case.
    QString m_figuresKey = "?";
    QString m_suggestionsKey = "?";
};

}  // namespace tenfold::app
