"""The order of elements in each element that we write (ncip_v2_02.xsd): a strict server refuses another."""

from collections.abc import Mapping

NAMESPACE = "http://www.niso.org/2008/ncip"
VERSION = "http://www.niso.org/schemas/ncip/v2_02/ncip_v2_02.xsd"
ROOT = "NCIPMessage"

CHILDREN: Mapping[str, tuple[str, ...]] = {
    "InitiationHeader": ("FromAgencyId", "ToAgencyId"),
    "FromAgencyId": ("AgencyId",),
    "ToAgencyId": ("AgencyId",),
    "UserId": ("AgencyId", "UserIdentifierType", "UserIdentifierValue"),
    "ItemId": ("AgencyId", "ItemIdentifierType", "ItemIdentifierValue"),
    "RequestId": ("AgencyId", "RequestIdentifierValue"),
    "AuthenticationInput": (
        "AuthenticationInputData", "AuthenticationDataFormatType", "AuthenticationInputType",
    ),
    "BibliographicDescription": ("Author", "PublicationDate", "Publisher", "Title"),
    "ItemOptionalFields": ("BibliographicDescription",),
    "LookupUser": ("InitiationHeader", "UserId", "AuthenticationInput", "UserElementType"),
    "AcceptItem": (
        "InitiationHeader", "RequestId", "RequestedActionType", "UserId", "ItemId", "DateForReturn",
        "ItemOptionalFields", "PickupLocation",
    ),
    "CheckOutItem": ("InitiationHeader", "UserId", "ItemId", "RequestId", "DesiredDateDue"),
    "CheckInItem": ("InitiationHeader", "ItemId"),
    "RequestItem": (
        "InitiationHeader", "UserId", "ItemId", "RequestId", "RequestType",
        "RequestScopeType", "NeedBeforeDate", "PickupLocation",
    ),
    "CancelRequestItem": ("InitiationHeader", "UserId", "RequestId", "ItemId", "RequestType"),
}  # fmt: skip
"""Only what we write: an element that is not here is never sent."""
