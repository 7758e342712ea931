package emulator

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Presence is what the portal knows of an employee's whereabouts (contract §6): the workday and the messenger are told apart,
// since people forget to begin the one and to leave the other.
type Presence struct {
	Workday string `json:"workday"` // OPENED, PAUSED, CLOSED or EXPIRED; "" leaves it as it is
	Away    bool   `json:"away"`    // not online: IS_ONLINE is N
	Status  string `json:"status"`  // online, dnd, away or break in the messenger; "" is online
	// LastSeen is LAST_ACTIVITY_DATE; zero is now for those online and leaves it for others.
	LastSeen time.Time `json:"last_seen"`
}

// SetPresence says where an employee is. An unknown workday panics, because a seed is code.
func (p *Portal) SetPresence(user int64, v Presence) {
	if v.Workday != "" && !slices.Contains(workdays, v.Workday) {
		panic("emulator: no workday " + v.Workday)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.changed()
	u := p.user(user)
	if u == nil {
		return
	}
	if v.Workday != "" && v.Workday != p.workday(u) {
		u.Timeman, u.Since = v.Workday, p.now()
	}
	u.Away, u.Status = v.Away, v.Status
	switch {
	case !v.LastSeen.IsZero():
		u.LastSeen = v.LastSeen
	case !v.Away:
		u.LastSeen = p.now()
	}
}

// SetTimeman says whether the tariff has working time; without it timeman.* does not exist (contract §6 "plan feature").
func (p *Portal) SetTimeman(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.changed()
	p.state.NoTimeman = !on
}

var workdays = []string{"OPENED", "PAUSED", "CLOSED", "EXPIRED"}

// workday is TIMEMAN_STATUS (contract §4.8).
func (p *Portal) workday(u *User) string {
	switch {
	case p.state.NoTimeman:
		return "NOT_INSTALLED"
	case u.Timeman == "":
		return "OPENED"
	}
	return u.Timeman
}

var presenceMethods = map[string]method{
	"timeman.status":     {scope: "timeman", run: timemanStatus},
	"im.user.get":        {scope: "im", run: imUserGet},
	"im.user.list.get":   {scope: "im", run: imUserList},
	"im.user.status.set": {scope: "im", run: imStatusSet},
}

// One employee at a time, one's own when none is named; others' only for administrators (contract §6).
func timemanStatus(c *call) (any, error) {
	u := c.actor.user
	if c.in.has("USER_ID") {
		u = c.user(phpInt(c.in.get("USER_ID")))
	}
	switch {
	case u == nil:
		return nil, blank("User not found")
	case u != c.actor.user && !c.actor.user.Admin:
		return nil, refuse(http.StatusForbidden, "ACCESS_DENIED", "Access denied!")
	}
	day := c.workday(u)
	out := map[string]any{
		"STATUS": day, "TIME_START": nil, "TIME_FINISH": nil, "DURATION": "00:00:00", "TIME_LEAKS": "00:00:00",
		"ACTIVE": day == "OPENED" || day == "EXPIRED", "TZ_OFFSET": 10800,
	}
	since := u.Since
	if since.IsZero() { // the workday began before anybody looked
		since = startOfDay(c.now()).Add(9 * time.Hour)
	}
	since = since.In(c.cloud.opt.zone)
	switch day {
	case "CLOSED":
		out["TIME_FINISH"] = stamp(since)
	case "PAUSED":
		out["TIME_START"], out["TIME_FINISH"] = stamp(startOfDay(since).Add(9*time.Hour)), stamp(since)
	default:
		out["TIME_START"], out["DURATION"] = stamp(since), clockLength(c.now().Sub(since))
	}
	return out, nil
}

func clockLength(d time.Duration) string {
	s := max(0, int64(d.Seconds()))
	return fmt.Sprintf("%02d:%02d:%02d", s/3600, s/60%60, s%60)
}

// One's own card when no ID is given (contract §6).
func imUserGet(c *call) (any, error) {
	u := c.actor.user
	if c.in.has("ID") {
		u = c.user(phpInt(c.in.get("ID")))
	}
	if u == nil {
		return nil, refuse(http.StatusBadRequest, "USER_NOT_EXISTS", "User not found")
	}
	return c.imUser(u), nil
}

// By id; an employee who does not exist is null there, not an error.
func imUserList(c *call) (any, error) {
	ids := arrayOf(c.in.get("ID")).values()
	if len(ids) == 0 {
		return nil, refuse(http.StatusBadRequest, "INVALID_FORMAT", "A wrong format for the ID field is passed")
	}
	out := map[string]any{}
	for _, v := range ids {
		out[itoa(phpInt(v))] = nil
		if u := c.user(phpInt(v)); u != nil {
			out[itoa(phpInt(v))] = c.imUser(u)
		}
	}
	return out, nil
}

// imUser is an employee as the messenger shows them: what is unknown is false, not null (contract §6).
func (c *call) imUser(u *User) map[string]any {
	text := func(s string) any {
		if s == "" {
			return false
		}
		return s
	}
	status := u.Status
	if status == "" {
		status = "online"
	}
	out := map[string]any{
		"id": u.ID, "active": !u.Inactive, "name": u.fullName(), "first_name": u.Name, "last_name": u.LastName,
		"work_position": u.Position, "extranet": false, "bot": false, "connector": false, "departments": []int64{u.Department},
		"status": status, "idle": false, "absent": false, "last_activity_date": false, "mobile_last_date": false, "phones": false,
	}
	if !u.LastSeen.IsZero() {
		out["last_activity_date"] = stamp(u.LastSeen.In(c.cloud.opt.zone))
		if u.Away {
			out["idle"] = out["last_activity_date"]
		}
	}
	if u.WorkPhone+u.Mobile+u.Inner != "" {
		out["phones"] = map[string]any{"work_phone": text(u.WorkPhone), "personal_mobile": text(u.Mobile), "inner_phone": text(u.Inner)}
	}
	return out
}

// Only one's own (contract §6).
func imStatusSet(c *call) (any, error) {
	status := strings.ToLower(phpString(c.in.get("STATUS")))
	if !slices.Contains([]string{"online", "dnd", "away", "break"}, status) {
		return nil, refuse(http.StatusBadRequest, "STATUS_ERROR", "Status is not available")
	}
	c.actor.user.Status = status
	return true, nil
}
