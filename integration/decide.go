package integration

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"omniconnector/crm"
	"omniconnector/integration/centre"
)

// Ask says what a decision needs to know of the CRM before Decide can be asked; nil
// means that Known is enough. It walks the same gates as Decide.
func Ask(f Facts) *crm.Find {
	d := decision{Facts: f}
	if f.Chat != nil {
		return d.askChat()
	}
	if f.Known != nil || f.Memory.Known != nil || !d.needs() {
		return nil
	}
	return &crm.Find{Phones: d.phone.Spellings(), Custom: d.fieldsToRead()}
}

// needs reports whether the decision cannot go on without knowing the customer.
func (d *decision) needs() bool {
	switch {
	case d.Call.Request != nil:
		return d.requestNeeds()
	case d.others():
		return d.otherNeeds()
	default:
		return d.passes() && d.begins()
	}
}

// Decide answers what happened to one call: everything that is due by now and was not
// planned before. It may be asked again after every event; what Memory says was
// decided is never decided again.
func Decide(f Facts) Plan {
	d := decision{Facts: f, plan: Plan{Outcome: Nothing, Memory: f.Memory}}
	d.memory = &d.plan.Memory
	if t := f.Memory.Target; t != nil { // the facts and the commands of earlier plans stay as they are
		own := *t
		d.memory.Target = &own
	}
	d.memory.SettingsVersion = cmp.Or(f.Memory.Began, f.Settings.Version())
	d.memory.Began = 0
	d.Call.Imported = d.Call.Imported || f.Memory.Replayed
	if f.Chat == nil {
		d.routed()
	}
	switch {
	case f.Chat != nil:
		d.conversation()
	case f.Call.Request != nil:
		d.request()
	case d.others():
		d.other()
		d.release() // a click from before the other telephony took over
	case d.passes() && d.begins():
		d.steps()
	default:
		d.release()
	}
	switch {
	case len(d.plan.Actions) > 0:
		d.plan.Outcome = Planned
	case len(d.plan.Reasons) == 0:
		d.because(d.rule("T-0", "C-16"), "nothing_new")
	}
	return d.plan
}

// decision is one Decide at work. Its methods are the steps in the order of a call's life.
type decision struct {
	Facts
	plan   Plan
	memory *Memory // nil while asking

	phone    Phone
	phones   []Phone  // of a conversation's visitor
	emails   []string // likewise
	contacts []string // all by which the visitor can be reached
	existing existing
	owners   ownership
	late     bool // the call was closed before, and is being corrected
}

// rule is the number of the rule that says of calls what another says of conversations.
func (d *decision) rule(call, chat string) string {
	if d.Chat != nil {
		return chat
	}
	return call
}

// passes walks the gates that keep a call out of the CRM: the section's switch, calls
// without a customer, and the tenant's filter.
func (d *decision) passes() bool {
	c := &d.Call
	if d.Memory.Verdict == Planned {
		d.phone, _ = ParsePhone(c.Client, d.Settings.Country)
		return true
	}
	if !d.Settings.Telephony.Enabled {
		return d.end(Off, "T-0", "off")
	}
	return d.called() && d.customer() && d.filter()
}

// called makes sure that the event is of a call between the tenant and somebody outside.
func (d *decision) called() bool {
	c := &d.Call
	switch {
	case c.Session == "":
		return d.end(Ignored, "T-0", "not_a_call")
	case c.Internal:
		return d.end(Ignored, "T-0", "internal")
	}
	if c.Direction == "" {
		if !c.Finished {
			return d.end(Waiting, "T-0", "wait_direction")
		}
		c.Direction = crm.Incoming
	}
	return true
}

// customer makes sure that there is a number to look for.
func (d *decision) customer() bool {
	c := &d.Call
	if c.Client == "" && !c.Finished && c.Request == nil {
		return d.end(Waiting, "T-0.1", "wait_number")
	}
	phone, problem := ParsePhone(c.Client, d.Settings.Country)
	if problem == PhoneFine && d.ours(phone) {
		problem = PhoneOurs
	}
	code := map[PhoneProblem]string{
		PhoneAbsent: "no_number", PhoneExtension: "extension", PhoneName: "sip_name",
		PhoneMalformed: "malformed", PhoneOurs: "own_number",
	}[problem]
	if code != "" {
		return d.end(Ignored, "T-0.1", code, "number", c.Client)
	}
	d.phone = phone
	return true
}

// ours reports whether a number is one of the tenant's own: named in the settings, in use at the platform, or the one
// that this very call came through.
func (d *decision) ours(p Phone) bool {
	if d.Settings.compiled.own[p] || d.virtual(p, d.Call.Virtual) {
		return true
	}
	return d.Centre != nil && slices.ContainsFunc(d.Centre.Numbers, func(n centre.Number) bool {
		return n.Active && d.virtual(p, n.Number)
	})
}

// virtual reports whether a virtual number, as the platform writes it, is this one.
func (d *decision) virtual(p Phone, number string) bool {
	if !strings.HasSuffix(onlyDigits(number), string(p[len(p)-tail:])) {
		return false
	}
	read, _ := ParsePhone(number, d.Settings.Country)
	return p == read
}

// filter asks the tenant's filter (T-7).
func (d *decision) filter() bool {
	m := d.Settings.filters(d.Call.Direction)
	if m == nil {
		d.because("T-7", "filter_off")
		return d.accept()
	}
	v := m.Match(subject(&d.Call), lateOf(&d.Call)...)
	// A filter that names what an answer tells lets no call through before it, whatever else it names (T-7).
	unanswered := !d.Call.Answered && d.Settings.of(d.Call.Direction).late && (v.Passed || v.Undecided)
	switch {
	case unanswered && d.Call.Finished:
		d.end(Filtered, "T-7", "filter_no_answer")
	case unanswered:
		d.end(Waiting, "T-7", "wait_filter")
	case v.Passed:
		d.because("T-7", "filter_passed").Check = &v.Root
		return d.accept()
	default:
		d.end(Filtered, "T-7", "filter_kept_out")
	}
	d.plan.Reasons[len(d.plan.Reasons)-1].Check = &v.Root
	return false
}

func (d *decision) accept() bool {
	if d.memory != nil {
		d.memory.Verdict = Planned
	}
	return true
}

// begins reports whether there is somebody to show the call to, or nothing more to wait for.
func (d *decision) begins() bool {
	c := &d.Call
	if d.Memory.Registered || d.Memory.Closed || len(c.Showing) > 0 || c.Answered || c.Finished {
		return true
	}
	return d.end(Waiting, "T-0.2", "wait_ring")
}

// steps plans whatever is due: open, card, close, record.
func (d *decision) steps() {
	if d.Known == nil {
		d.Known = d.Memory.Known
	}
	if d.Known == nil {
		d.Known = &crm.Customer{}
	}
	d.memory.Known = d.Known
	if d.memory.AskedAt.IsZero() {
		d.memory.AskedAt = d.AskedAt
	}
	d.existing = d.find()
	d.owners = d.ownership()
	switch {
	case d.memory.Closed:
		d.amend()
		d.missing()
	case d.memory.Registered:
		d.card()
	case d.memory.OpenedAt.IsZero():
		d.open()
	case !d.withheld():
		d.register()
	}
	if d.Call.Finished && !d.memory.Closed && !d.holds() {
		d.close()
		d.reread()
	}
	if d.memory.Closed {
		d.records()
		d.transcript()
		d.orphan()
	}
}

// cardLife is how long after the event a card still helps anybody.
const cardLife = 2 * time.Minute

// open creates what is to be created and tells the portal of the call (T-0.2, T-3, T-4).
func (d *decision) open() {
	d.memory.OpenedAt = d.Now
	d.explainFound()
	d.create()
	switch {
	case d.memory.Registered:
	case d.portalCall() != "":
		d.adopt()
	case d.withheld():
		d.because("T-10", "activity_withheld")
	default:
		d.register()
	}
}

// withheld reports whether a call gets neither activity nor record, only its entity: the tenant switched off «Создавать дело и
// передавать записи, если настроены определенные фильтры», and the filter is such a one (T-10).
func (d *decision) withheld() bool {
	t := &d.Settings.Telephony
	return t.Records && !t.RecordsFiltered && d.Settings.of(d.Call.Direction).named
}

// register announces the call; the card pops up with it while the call is alive.
func (d *decision) register() {
	c := &d.Call
	user, showing := d.firstViewer()
	live := !c.Finished && !c.Imported
	if user == 0 {
		return // nobody to register for: ownership has said so
	}
	r := crm.Register{
		ExternalID: d.touchCall(), User: user, Phone: string(d.phone), Direction: c.Direction,
		StartedAt: c.StartedAt, Line: onlyDigits(c.Virtual), Show: live, Callback: strings.HasPrefix(c.ExternalID, callbackPrefix),
	}
	if b := d.memory.Bound; b != nil && b.Kind != crm.Deal {
		ref := b.Entity
		ref.Optional = true // a card without its record is better than no card
		r.Kind, r.Entity = b.Kind, &ref
	}
	d.act(d.key("register"), UrgentCard, r, d.touchCall())
	d.last().Until = d.Now.Add(cardLife)
	d.memory.Registered, d.memory.Viewer = true, user
	d.because("T-0.2", "registered")
	if !live {
		return
	}
	if rest := without(showing, user); len(rest) > 0 {
		d.show(rest)
	}
	d.memory.Showing = with0(showing, user)
	if len(showing) == 0 {
		d.because("T-0.2", "no_card_employee", "user", d.name(user))
	} else {
		d.because("T-0.3", "card_shown", "users", d.names(showing))
	}
}

// firstViewer is the user for whom the call is registered, and all who should see its card.
func (d *decision) firstViewer() (crm.UserID, []crm.UserID) {
	showing := d.viewers()
	if len(showing) > 0 {
		return showing[0], showing
	}
	return d.activityOwner(false), nil
}

// viewers are the active portal users who should see the card now.
func (d *decision) viewers() []crm.UserID {
	var users []crm.UserID
	for _, e := range d.Call.Showing {
		if u := d.userOf(e); u != 0 && d.active(u) && !slices.Contains(users, u) {
			users = append(users, u)
		}
	}
	return users
}

// card shows and hides the card as the call moves between employees (T-0.3).
func (d *decision) card() {
	if d.Call.Finished || d.Call.Imported {
		return // finishing hides it, and a call of the past has none
	}
	want := d.viewers()
	if len(want) == 0 && !d.rung() {
		return // the card is with the responsible, for want of anybody better
	}
	var hide, show []crm.UserID
	for _, u := range d.memory.Showing {
		if !slices.Contains(want, u) {
			hide = append(hide, u)
		}
	}
	for _, u := range want {
		if !slices.Contains(d.memory.Showing, u) {
			show = append(show, u)
		}
	}
	if len(show) > 0 {
		d.show(show)
		d.because("T-0.3", "card_shown", "users", d.names(show))
	}
	if len(hide) > 0 {
		d.act(d.key("hide", string(d.Trigger)), UrgentAnswer, crm.HideCard{Call: d.callRef(), Users: hide}, d.touchCall())
		d.last().Until = d.Now.Add(cardLife)
		d.because("T-0.3", "card_hidden", "users", d.names(hide))
	}
	d.memory.Showing = want
}

// rung reports whether the cards that are up are those of employees whose phones rang.
func (d *decision) rung() bool {
	return slices.ContainsFunc(slices.Concat(d.Call.Rung, d.Call.Talkers), func(e Employee) bool {
		u := d.userOf(e)
		return u != 0 && slices.Contains(d.memory.Showing, u)
	})
}

func (d *decision) show(users []crm.UserID) {
	d.act(d.key("show", string(d.Trigger)), UrgentCard, crm.ShowCard{Call: d.callRef(), Users: users}, d.touchCall())
	d.last().Until = d.Now.Add(cardLife)
}

// callRef points at the call in the portal: the one that we registered, or that the portal did (T-8).
func (d *decision) callRef() crm.Ref {
	if d.memory.PortalCall != "" {
		return crm.Ref{Call: d.memory.PortalCall}
	}
	return crm.Ref{Of: string(d.key("register"))}
}
