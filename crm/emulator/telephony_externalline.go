package emulator

import "slices"

// line is a telephony line of an application (contract §4.1).
type line struct {
	ID         int64
	ClientID   string
	Number     string
	Name       string
	AutoCreate bool
}

var externalLineMethods = map[string]method{
	"telephony.externalline.add":    {scope: "telephony", appOnly: true, run: lineAdd},
	"telephony.externalline.update": {scope: "telephony", appOnly: true, run: lineUpdate},
	"telephony.externalline.get":    {scope: "telephony", appOnly: true, run: lineGet},
	"telephony.externalline.delete": {scope: "telephony", appOnly: true, run: lineDelete},
}

// Lines belong to the application that added them; two applications may use the same number (contract §4.1).
func (p *Portal) lineOf(clientID, number string) *line {
	for _, l := range p.state.Lines {
		if l.Number == number && l.ClientID == clientID {
			return l
		}
	}
	return nil
}

func (c *call) line(number string) *line { return c.lineOf(c.actor.install.ClientID, number) }

// lineName is what a call's card says beside the line's number; "" for a line that nobody has added.
func (p *Portal) lineName(call *phoneCall) string {
	if l := p.lineOf(call.ClientID, call.Line); l != nil {
		return l.Name
	}
	return ""
}

// A second add of a number is an error that clients take for success (contract §4.1).
func lineAdd(c *call) (any, error) {
	number := phpString(c.in.get("NUMBER"))
	if number == "" {
		return nil, core("NUMBER should not be empty")
	}
	if c.line(number) != nil {
		return nil, core("Line already exists")
	}
	l := &line{ID: c.id("line"), ClientID: c.actor.install.ClientID, Number: number, Name: phpString(c.in.get("NAME")), AutoCreate: true}
	if c.in.has("CRM_AUTO_CREATE") {
		l.AutoCreate = phpBool(c.in.get("CRM_AUTO_CREATE"))
	}
	c.state.Lines = append(c.state.Lines, l)
	return map[string]any{"ID": l.ID}, nil
}

func lineUpdate(c *call) (any, error) {
	number := phpString(c.in.get("NUMBER"))
	l := c.line(number)
	if l == nil {
		return nil, core("Could not find line with number " + number)
	}
	if c.in.has("NAME") {
		l.Name = phpString(c.in.get("NAME"))
	}
	if c.in.has("CRM_AUTO_CREATE") {
		l.AutoCreate = phpBool(c.in.get("CRM_AUTO_CREATE"))
	}
	return map[string]any{"ID": itoa(l.ID)}, nil // a string here, a number in add (contract §4.1)
}

func lineGet(c *call) (any, error) {
	out := []any{}
	for _, l := range c.state.Lines {
		if l.ClientID == c.actor.install.ClientID {
			out = append(out, map[string]any{
				"NUMBER": l.Number, "NAME": l.Name, "CRM_AUTO_CREATE": map[bool]string{true: "Y", false: "N"}[l.AutoCreate],
			})
		}
	}
	return out, nil
}

// Success is an empty array (contract §4.1).
func lineDelete(c *call) (any, error) {
	number := phpString(c.in.get("NUMBER"))
	l := c.line(number)
	if l == nil {
		return nil, core("Could not find line with number " + number)
	}
	c.state.Lines = slices.DeleteFunc(c.state.Lines, func(o *line) bool { return o == l })
	return newArray(), nil
}
