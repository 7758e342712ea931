package emulator_test

import (
	"fmt"
	"net/http"
	"net/url"

	"omniconnector/crm/emulator"
)

func ExampleNew() {
	cloud := emulator.New()
	if _, err := cloud.Listen("127.0.0.1:0"); err != nil {
		fmt.Println(err)
		return
	}
	defer cloud.Close()
	portal := cloud.NewPortal(emulator.PortalSpec{Name: "acme", Mode: emulator.Classic})
	app := portal.Install(emulator.AppSpec{})

	form := url.Values{"auth": {app.AccessToken}, "entityTypeId": {"3"}, "fields[name]": {"Ann"}, "fields[fm][0][typeId]": {"PHONE"}, "fields[fm][0][value]": {"+79161234567"}}
	resp, err := http.PostForm(portal.Endpoint()+"crm.item.add", form)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	fmt.Print(portal.Records())
	// Output:
	// contact 1 assignedById=1 name=Ann
	//   phone work +79161234567
}
