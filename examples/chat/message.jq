# A report as a chat's message, or nothing at all where there is nothing to say.

# What a device or a file says is hostile: one line of code, which no chat looks into for markup, links or pictures,
# and nobody is called by it.
def code:
  gsub("[\\p{C}\\p{Zl}\\p{Zp}]"; " ")
  | gsub("`"; "'")
  | .[0:80]
  | gsub("&"; "&amp;")
  | gsub("<"; "&lt;")
  | gsub(">"; "&gt;")
  | gsub("@"; "@\u200b")
  | if test("\\S") then "`\(.)`" else "(empty)" end;

def user: if . == "" then "(no user)" else code end;

def is_act: IN("revoke", "unrevoke", "delete");
def failed: .results // [] | map(select(.result == "failed")) | length;

. as $report
| [.decisions[] | select(.action | is_act)] as $acts
| [.guards[] | select(.tripped) | .guard] as $tripped
| if ($acts | length) + (.findings | length) + (.problems | length) == 0 then empty else
    {
      text: (
        [
          "WARP registrations: revoke \(.summary.revoke), unrevoke \(.summary.unrevoke), delete \(.summary.delete); findings \(.findings | length)",
          (if ($tripped | length) > 0 then
            (if .approved then "Approved past" else "HELD by" end) + " guards: " + ($tripped | join(", "))
          else empty end),
          (if .results then "Failed: \(failed)" else empty end),
          ($acts[:10][] | "• \(.action) \(.registration.device.name | code) of \(.registration.user.email | user)"),
          (if ($acts | length) > 10 then "… and \(($acts | length) - 10) more" else empty end)
        ] | join("\n")
      )
    }
  end
