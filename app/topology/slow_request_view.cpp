// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/topology/slow_request_view.h"

#include <QHBoxLayout>
#include <QVBoxLayout>
#include <set>

#include "app/theme/words.h"
#include "simulator/load/endpoints.h"

namespace tenfold::app {

using measure::Stage;

namespace {

// More is a scan of a table that matters.
constexpr std::uint64_t kManyRows = 10'000;

QLabel* wrapped(QFont font, const char* kind) {
    auto* label = new QLabel;
    label->setFont(font);
    label->setProperty("kind", kind);
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

/// What it means to spend time there.
QString meaningOf(Stage stage) {
    switch (stage) {
        case Stage::edge:
            return QObject::tr("At the edge, before the gateway.");
        case Stage::gatewayQueue:
            return QObject::tr(
                "In the gateway's line: every instance had as many requests open as "
                "it has threads.");
        case Stage::thread:
            return QObject::tr("At the instance, until one of its threads was free.");
        case Stage::auth:
            return QObject::tr("Until the gateway knew whose token it is.");
        case Stage::cache:
            return QObject::tr(
                "Commands to the shared cache, and waiting while somebody else "
                "works out the same answer.");
        case Stage::connection:
            return QObject::tr("Until a connection to the database was free.");
        case Stage::lock:
            return QObject::tr("Until the one writer before it had committed.");
        case Stage::database:
            return QObject::tr("For a statement whose answer never came.");
        case Stage::serialisation:
            return QObject::tr(
                "CPU of the API, with the wait for a core: reading the request, "
                "building the answer.");
        case Stage::sideEffects:
            return QObject::tr("Until somebody else's server had taken the e-mail or webhook.");
        case Stage::link:
            return QObject::tr("On the way there and back.");
    }
    return {};
}

QString titleOf(const measure::SlowRequest& r) {
    if (!r.request.empty()) return QString::fromStdString(r.request);
    const auto index = load::endpointIndex(r.endpoint);
    if (!index) return QString::fromStdString(r.endpoint);
    const auto& e = load::endpoints()[*index];
    return QString::fromStdString(std::string(e.method) + " " + std::string(e.path));
}

QString plural(std::uint64_t n, const char* one, const char* many) {
    return QString("%1 %2").arg(count(static_cast<double>(n)), n == 1 ? one : many);
}

}  // namespace

SlowRequestView::SlowRequestView(const RunModel& run, const ThemeSource& theme, QWidget* parent)
    : QWidget(parent), m_run(run) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    auto* title = new QHBoxLayout;
    title->setSpacing(6);
    title->addWidget(makeLabel(tr("SLOWEST REQUEST"), TextRole::tiny, "muted"));
    m_age = makeLabel({}, TextRole::small, "faint");
    title->addWidget(m_age);
    title->addStretch(1);
    m_newer = new QToolButton;
    m_newer->setIcon(glyphIcon(Glyph::retry, theme.theme().muted));
    m_newer->setIconSize({13, 13});
    m_newer->setToolTip(tr("Take the slowest of now"));
    m_newer->setAccessibleName(m_newer->toolTip());
    connect(m_newer, &QToolButton::clicked, this, &SlowRequestView::take);
    title->addWidget(m_newer);
    layout->addLayout(title);

    m_head = wrapped(fontFor(TextRole::body), "");
    layout->addWidget(m_head);
    m_waterfall = new Waterfall(theme);
    connect(m_waterfall, &Waterfall::rowChosen, this, &SlowRequestView::explain);
    layout->addWidget(m_waterfall);

    m_detail = makeFrame("sunken");
    auto* box = new QVBoxLayout(m_detail);
    box->setContentsMargins(10, 8, 10, 9);
    box->setSpacing(4);
    m_what = wrapped(fontFor(TextRole::small), "muted");
    m_statement = wrapped(fixedFont(), "");
    m_planTitle = makeLabel({}, TextRole::tiny, "muted");
    m_plan = wrapped(fixedFont(), "");
    for (auto* label : {m_what, m_statement, m_planTitle, m_plan}) box->addWidget(label);
    layout->addWidget(m_detail);
}

void SlowRequestView::showNode(const std::string& node, const std::string& role) {
    m_node = node;
    m_role = role;
    m_request.reset();
    take();
}

void SlowRequestView::take() {
    m_request = m_run.slowRequests().of(m_node);
    m_waterfall->setVisible(m_request != nullptr);
    m_detail->setVisible(m_request != nullptr);
    if (!m_request) {
        setKind(m_head, "faint");
        m_head->setText(m_role == "worker" ? tr("No request waits for this node: its jobs come "
                                                "after the answer.")
                                           : tr("None has passed here yet."));
    } else {
        setKind(m_head, "");
        m_head->setText(QString("%1  ·  %2  ·  %3")
                            .arg(titleOf(*m_request))
                            .arg(m_request->status)
                            .arg(milliseconds(m_request->log.totalMs())));
        m_waterfall->show(waterfallRows(m_request->log));
    }
    refreshAge();
    Q_EMIT resized();
}

void SlowRequestView::refreshAge() {
    if (!m_request) {
        if (m_run.slowRequests().of(m_node)) return take();
        setTextIfNew(m_age, {});
        m_newer->hide();
        return;
    }
    const double ageS = m_run.elapsedS() - m_request->endedMs / 1000;
    setTextIfNew(m_age, ageS <= SlowRequestStore::kNewsMs / 1000 ? tr("of the last 10 s")
                                                                 : tr("%1 s ago").arg(count(ageS)));
    m_newer->setVisible(m_run.slowRequests().of(m_node) != m_request);
}

void SlowRequestView::explain(std::size_t index) {
    if (index >= m_waterfall->rows().size()) return;
    const WaterfallRow& row = m_waterfall->rows()[index];
    const bool isStatement = !row.isStage();
    m_statement->setVisible(isStatement);
    m_planTitle->hide();
    m_plan->hide();
    if (isStatement) {
        explainStatements(row);
    } else {
        setKind(m_what, "muted");
        m_what->setText(meaningOf(row.stage));
    }
    Q_EMIT resized();
}

void SlowRequestView::explainStatements(const WaterfallRow& row) {
    QStringList facts{QString::fromStdString(row.node)};
    if (row.times > 1) facts << plural(row.times, "round trip", "round trips");
    facts << plural(row.rows, "row", "rows");
    if (row.scanned > 0) facts << plural(row.scanned, "row scanned", "rows scanned");
    setKind(m_what, row.scanned >= kManyRows ? "bad" : "muted");
    m_what->setText(facts.join("  ·  "));
    QStringList statements;
    QStringList plans;
    std::set<std::string> seen;
    const auto& book = m_run.statements().byShape;
    for (const auto& shape : row.shapes) {
        if (!seen.insert(shape).second) continue;
        const auto it = book.find(shape);
        const QString name = QString::fromStdString(shape);
        statements << (it == book.end() ? name : QString::fromStdString(it->second.text));
        if (it == book.end() || it->second.plan.empty()) continue;
        const auto plan = QString::fromStdString(it->second.plan);
        plans << (row.shapes.size() > 1 ? name + "\n  " + QString(plan).replace("\n", "\n  ")
                                        : plan);
    }
    if (row.shapes.empty())
        statements << tr("%1 more, counted and not kept one by one.")
                          .arg(count(static_cast<double>(row.statements)));
    m_statement->setText(statements.join("\n"));
    m_planTitle->setVisible(!plans.isEmpty());
    m_plan->setVisible(!plans.isEmpty());
    m_planTitle->setText(tr("EXPLAIN QUERY PLAN, now"));
    m_plan->setText(plans.join("\n"));
}

}  // namespace tenfold::app
