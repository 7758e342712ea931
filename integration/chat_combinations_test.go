package integration_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"omniconnector/crm"
	"omniconnector/integration"
)

// makings are the choices for repeat conversations (C-5).
var makings = []integration.Making{
	integration.MakeLead, integration.MakeDeal, integration.MakeBoth, integration.MakeActivity, integration.MakeNothing,
}

var priorities = []integration.Priority{integration.ToDeals, integration.ToLeads, integration.ToBoth}

// combinationOfChat is one way in which the tables of C-5 and C-10 meet. A primary conversation makes a lead.
type combinationOfChat struct {
	contact, company bool
	lead, deal       existence
	repeat           integration.Making
	priority         integration.Priority
	closedToo        bool // C-10
}

func combinationsOfChats() []combinationOfChat {
	var all []combinationOfChat
	for _, repeat := range makings {
		for _, priority := range priorities {
			for _, closedToo := range bools {
				for _, contact := range bools {
					for _, company := range bools {
						for lead := none; lead <= closed; lead++ {
							for deal := none; deal <= closed; deal++ {
								all = append(all, combinationOfChat{contact, company, lead, deal, repeat, priority, closedToo})
							}
						}
					}
				}
			}
		}
	}
	return all
}

func (c combinationOfChat) String() string {
	return fmt.Sprintf("contact %t company %t lead %s deal %s, repeat makes %s, comments to %s, closed ones too %t",
		c.contact, c.company, inState[c.lead], inState[c.deal], c.repeat, c.priority, c.closedToo)
}

var inState = map[existence]string{none: "none", open: "open", closed: "closed"}

// customer is what the CRM has of the visitor.
func customer(c combinationOfChat) crm.Customer {
	var known crm.Customer
	if c.contact {
		known.Contacts = []crm.Entity{{Kind: crm.Contact, ID: 100, Responsible: carl}}
	}
	if c.company {
		known.Companies = []crm.Entity{{Kind: crm.Company, ID: 200, Responsible: cora}}
	}
	if c.lead != none {
		known.Leads = []crm.Entity{{Kind: crm.Lead, ID: 300, Responsible: lena, Stage: "NEW", Closed: c.lead == closed}}
	}
	if c.deal != none {
		known.Deals = []crm.Entity{{Kind: crm.Deal, ID: 400, Responsible: dan, Stage: "NEW", Closed: c.deal == closed}}
	}
	return known
}

// play is one chat of somebody with a number, in which somebody said something and that is over.
func (c combinationOfChat) play(t failer) *chatWorld {
	t.Helper()
	s := testSettings()
	s.Chats.Repeat.Make, s.Chats.CommentTo, s.Chats.Closed = c.repeat, c.priority, c.closedToo
	around := chatAround(t, s)
	around.known = customer(c)
	l := chatLife{session: "chat:1", said: integration.ChatTold{Channel: "whatsapp", Visitor: integration.Visitor{Phones: []string{"79261234567"}}}}
	l.add(integration.ChatMessage).Message = &integration.Message{ID: "1", By: integration.ByVisitor, At: began, Text: "Hello"}
	l.add(integration.ChatClosed).Closed = true
	return around.play(t, l.events)
}

// outcome is what came of it: what was made, where the words are, where an activity is.
func (w *chatWorld) outcome() string {
	var made, places []string
	for _, k := range w.made() {
		made = append(made, string(k))
	}
	for _, place := range []struct{ key, name string }{
		{"chat:1/create/lead", "new lead"}, {"chat:1/create/deal", "new deal"}, {"lead/300", "lead"}, {"deal/400", "deal"}, {"contact/100", "contact"}, {"company/200", "company"},
	} {
		if len(w.Comments[place.key]) > 0 {
			places = append(places, place.name)
		}
		if w.Activity == place.key {
			made = append(made, "activity in "+place.name)
		}
	}
	if len(made) == 0 {
		made = []string{"nothing"}
	}
	return strings.Join(made, " + ") + " -> " + strings.Join(places, " + ")
}

// TestEveryCombinationOfAChatComesOutAsTheTableSays compares every combination with the first row of testdata/chats.txt that speaks of it.
func TestEveryCombinationOfAChatComesOutAsTheTableSays(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/chats.txt")
	if err != nil {
		t.Fatal(err)
	}
	rows := readRows(t, string(text))
	used := make([]int, len(rows))
	all := combinationsOfChats()
	for _, c := range all {
		i := rows.first(c)
		if i < 0 {
			t.Errorf("%s: no row of the table speaks of it", c)
			continue
		}
		used[i]++
		if got := c.play(t).outcome(); got != rows[i].want {
			t.Errorf("%s: %s, want %s (line %d)", c, got, rows[i].want, rows[i].line)
		}
	}
	for i, n := range used {
		if n == 0 {
			t.Errorf("line %d speaks of nothing", rows[i].line)
		}
	}
	t.Logf("%d combinations, %d rows", len(all), len(rows))
}

// outcomeRow is a row of the table: what it speaks of, column by column, and what is wanted.
type outcomeRow struct {
	line int
	of   []string
	want string
}

type outcomeRows []outcomeRow

// readRows reads columns that bars part; a dash stands for whatever it is, and words with a stroke between them for any of them.
func readRows(t *testing.T, text string) outcomeRows {
	t.Helper()
	var rows outcomeRows
	for i, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		cells := strings.Split(line, "|")
		for j := range cells {
			cells[j] = strings.TrimSpace(cells[j])
		}
		if len(cells) != 8 {
			t.Fatalf("line %d has %d columns", i+1, len(cells))
		}
		rows = append(rows, outcomeRow{i + 1, cells[:7], cells[7]})
	}
	return rows
}

func (rows outcomeRows) first(c combinationOfChat) int {
	yes := map[bool]string{true: "yes", false: "no"}
	is := []string{yes[c.contact], yes[c.company], inState[c.lead], inState[c.deal], string(c.repeat), string(c.priority), yes[c.closedToo]}
	for i, row := range rows {
		holds := true
		for j, cell := range row.of {
			holds = holds && (cell == "-" || strings.Contains("/"+cell+"/", "/"+is[j]+"/"))
		}
		if holds {
			return i
		}
	}
	return -1
}

const chatsPath = "../docs/chats.md"

// TestChatsTellWhatTheCodeDoes writes down what becomes of every combination, as the production code decides it, and compares the page
// with the one that people read.
func TestChatsTellWhatTheCodeDoes(t *testing.T) {
	t.Parallel()
	preface, err := os.ReadFile("testdata/chats.md")
	if err != nil {
		t.Fatal(err)
	}
	got := string(preface) + chatTables(t)
	if *update {
		if err := os.WriteFile(chatsPath, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(chatsPath)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("docs/chats.md is stale; -update rewrites it (-page +code)\n%s", diff)
	}
}

// sayings put what the decision gave into the words of the page.
var sayings = strings.NewReplacer(
	"activity in new lead", "дело в новом лиде", "activity in new deal", "дело в новой сделке", "activity in lead", "дело в лиде",
	"activity in deal", "дело в сделке", "activity in contact", "дело в контакте", "activity in company", "дело в компании",
	"new lead", "новый лид", "new deal", "новая сделка", "lead", "лид", "deal", "сделка", "contact", "контакт", "company", "компания", "nothing", "—",
)

// chatTables has a table for each state of C-10 and each choice for repeat conversations.
func chatTables(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for _, closedToo := range bools {
		title := "«Добавлять данные к закрытым лидам и сделкам» выключено: закрытых как будто нет"
		if closedToo {
			title = "«Добавлять данные к закрытым лидам и сделкам» включено"
		}
		fmt.Fprintf(&b, "\n## %s\n", title)
		for _, repeat := range makings {
			fmt.Fprintf(&b, "\n### Повторное обращение: %s\n\n", map[integration.Making]string{
				integration.MakeLead: "создавать лид", integration.MakeDeal: "создавать сделку", integration.MakeBoth: "создавать лид и сделку",
				integration.MakeActivity: "создавать дело", integration.MakeNothing: "ничего не создавать",
			}[repeat])
			b.WriteString("| Найдено | Приоритет комментариев | Создаётся | Комментарий с перепиской |\n| --- | --- | --- | --- |\n")
			writeChatRows(t, &b, repeat, closedToo)
		}
	}
	return b.String()
}

// writeChatRows writes a row for everything that may be found; where the priority changes nothing there is one for all of them.
func writeChatRows(t *testing.T, b *strings.Builder, repeat integration.Making, closedToo bool) {
	t.Helper()
	for _, c := range found() {
		c.repeat, c.closedToo = repeat, closedToo
		if !closedToo && (c.lead == closed || c.deal == closed) {
			continue // what is closed is invisible, as the page says
		}
		var came []string
		for _, p := range priorities {
			c.priority = p
			made, places, _ := strings.Cut(c.play(t).outcome(), " -> ")
			c.checkCompany(t, made, places)
			came = append(came, sayings.Replace(made)+" | "+sayings.Replace(places))
		}
		for i, p := range priorities {
			name := map[integration.Priority]string{integration.ToDeals: "в сделки", integration.ToLeads: "в лиды", integration.ToBoth: "в сделки и лиды"}[p]
			if came[0] == came[1] && came[1] == came[2] {
				name = "любой"
			}
			fmt.Fprintf(b, "| %s | %s | %s |\n", c.found(), name, came[i])
			if name == "любой" {
				break
			}
		}
	}
}

// checkCompany makes sure of what the page says in words: a company without a contact is like a contact.
func (c combinationOfChat) checkCompany(t *testing.T, made, places string) {
	t.Helper()
	if !c.contact {
		return
	}
	c.contact, c.company = false, true
	if got, want := c.play(t).outcome(), strings.ReplaceAll(made+" -> "+places, "contact", "company"); got != want {
		t.Errorf("%s: %s, want %s", c, got, want)
	}
}

// found are all that may be found.
func found() []combinationOfChat {
	var all []combinationOfChat
	for _, contact := range bools {
		for lead := none; lead <= closed; lead++ {
			for deal := none; deal <= closed; deal++ {
				all = append(all, combinationOfChat{contact: contact, lead: lead, deal: deal})
			}
		}
	}
	return all
}

// found says in Russian what is.
func (c combinationOfChat) found() string {
	var words []string
	say := func(yes bool, word string) {
		if yes {
			words = append(words, word)
		}
	}
	say(c.contact, "контакт")
	say(c.lead == open, "открытый лид")
	say(c.lead == closed, "закрытый лид")
	say(c.deal == open, "открытая сделка")
	say(c.deal == closed, "закрытая сделка")
	if len(words) == 0 {
		return "ничего"
	}
	return strings.Join(words, ", ")
}
